// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Clients} from "../src/Clients.sol";
import {IClients} from "../src/IClients.sol";
import {ClientsTest} from "./base/ClientsTest.sol";

contract ClientsWriteTest is ClientsTest {
    function test_lookup_ofWhoNeverWrote() public view {
        IClients.Client memory nothing;
        nothing.account = alice;
        vm.assertEq(abi.encode(clients.lookup(alice)), abi.encode(nothing));
    }

    function test_setEntry_isReadAsWritten() public {
        vm.expectEmit(address(clients));
        emit IClients.EntryChanged(alice, 0);
        setEntry(ALICE_KEY, alice, fullEntry());
        IClients.Client memory client = clients.lookup(alice);
        vm.assertEq(abi.encode(client.entry), abi.encode(fullEntry()));
        vm.assertEq(client.sequence, 1);
        vm.assertEq(client.epoch, 0);
    }

    function test_setEntry_carriedByAnyone() public {
        vm.startPrank(bob);
        setEntry(ALICE_KEY, alice, fullEntry());
        vm.assertEq(clients.lookup(alice).entry.domain, "node.example");
    }

    /// @dev A shorter entry leaves nothing of a longer one to be read.
    function test_setEntry_replacesAll() public {
        setEntry(ALICE_KEY, alice, fullEntry());
        IClients.Entry memory empty;
        setEntry(ALICE_KEY, alice, empty);
        vm.assertEq(abi.encode(clients.lookup(alice).entry), abi.encode(empty));
        IClients.Entry memory entry = fullEntry();
        (entry.providers[0], entry.providers[1]) = (entry.providers[1], entry.providers[0]);
        IClients.Head memory head = headOf(alice);
        bytes[] memory agreements = new bytes[](2);
        agreements[0] = sign(MAIL_KEY, agreementHash(alice, entry.providers[0]));
        agreements[1] = sign(TURN_KEY, agreementHash(alice, entry.providers[1]));
        clients.setEntry(head, entry, sign(ALICE_KEY, entryHash(head, entry)), agreements);
        vm.assertEq(abi.encode(clients.lookup(alice).entry), abi.encode(entry));
    }

    function test_setEntry_ofContractWallet() public {
        setEntry(ALICE_KEY, address(wallet), fullEntry());
        vm.assertEq(clients.lookup(address(wallet)).entry.domain, "node.example");
        IClients.Head memory head = headOf(address(wallet));
        bytes memory signature = sign(BOB_KEY, entryHash(head, fullEntry()));
        expectNotSigned(address(wallet));
        clients.setEntry(head, fullEntry(), signature, new bytes[](2));
    }

    /// @dev EIP-7702: an account with a key may also have code, here code that answers for bob. Its key stays its master.
    function test_setEntry_ofAccountWithCode() public {
        vm.etch(alice, address(wallet).code);
        setEntry(ALICE_KEY, alice, fullEntry());
        vm.assertEq(clients.lookup(alice).sequence, 1);
    }

    function test_setEntry_ofNobody() public {
        IClients.Head memory head = headOf(address(0));
        expectNotSigned(address(0));
        clients.setEntry(head, fullEntry(), new bytes(65), new bytes[](2));
    }

    /// @dev Not by a device: its key is on another curve, and what it can sign is no signature of the account.
    function test_setEntry_signedByAnother() public {
        IClients.Entry memory entry = fullEntry();
        IClients.Head memory head = headOf(alice);
        bytes32 hash = entryHash(head, entry);
        bytes memory signature = sign(BOB_KEY, hash);
        bytes[] memory agreements = agree(alice, entry);
        expectNotSigned(alice);
        clients.setEntry(head, entry, signature, agreements);
        (bytes32 r, bytes32 s) =
            vm.signP256(DEVICE_KEY, keccak256(abi.encodePacked(hex"1901", domain(address(clients)), hash)));
        expectNotSigned(alice);
        clients.setEntry(head, entry, abi.encodePacked(r, s, uint8(27)), agreements);
        expectNotSigned(alice);
        clients.setEntry(head, entry, "", agreements);
    }

    function test_setEntry_twice() public {
        IClients.Entry memory entry = fullEntry();
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, entryHash(head, entry));
        bytes[] memory agreements = agree(alice, entry);
        clients.setEntry(head, entry, signature, agreements);
        vm.expectRevert(abi.encodeWithSelector(IClients.WrongSequence.selector, 1));
        clients.setEntry(head, entry, signature, agreements);
    }

    function test_setEntry_onAnotherChainOrContract() public {
        IClients.Entry memory entry = fullEntry();
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, entryHash(head, entry));
        bytes[] memory agreements = agree(alice, entry);
        Clients other = new Clients();
        expectNotSigned(alice);
        other.setEntry(head, entry, signature, agreements);
        vm.chainId(999);
        expectNotSigned(alice);
        clients.setEntry(head, entry, signature, agreements);
    }

    function test_setEntry_ofAnotherAccount() public {
        IClients.Entry memory entry = fullEntry();
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, entryHash(head, entry));
        bytes[] memory agreements = agree(alice, entry);
        head.account = bob;
        expectNotSigned(bob);
        clients.setEntry(head, entry, signature, agreements);
    }

    /// @dev A wallet that signed for two accounts by one key: each is only of the one it names.
    function test_setEntry_ofTheSameKeysOtherAccount() public {
        IClients.Entry memory entry = fullEntry();
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, entryHash(head, entry));
        bytes[] memory agreements = agree(alice, entry);
        head.account = address(wallet);
        expectNotSigned(address(wallet));
        clients.setEntry(head, entry, signature, agreements);
    }

    function test_setEntry_signedInAnEarlierEpoch() public {
        IClients.Head memory head = headOf(alice);
        head.sequence = 1;
        bytes memory signature = sign(ALICE_KEY, entryHash(head, fullEntry()));
        endEpoch(ALICE_KEY, alice);
        vm.expectRevert(abi.encodeWithSelector(IClients.WrongEpoch.selector, 1));
        clients.setEntry(head, fullEntry(), signature, new bytes[](2));
    }

    function test_setEntry_tooLate() public {
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, entryHash(head, fullEntry()));
        vm.warp(head.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IClients.DeadlinePassed.selector, head.deadline));
        clients.setEntry(head, fullEntry(), signature, new bytes[](2));
        vm.warp(head.deadline);
        bytes[] memory agreements = agree(alice, fullEntry());
        IClients.Entry memory entry = fullEntry();
        agreements = agree(alice, entry);
        signature = sign(ALICE_KEY, entryHash(head, entry));
        clients.setEntry(head, entry, signature, agreements);
    }

    function test_setEntry_beyondItsBounds() public {
        IClients.Head memory head = headOf(alice);
        IClients.Entry memory entry;
        entry.apiOldest = 1;
        vm.expectRevert(IClients.VersionsOutOfOrder.selector);
        clients.setEntry(head, entry, "", new bytes[](0));
        entry = emptyEntry();
        entry.direct = string(new bytes(256));
        expectTooLong();
        clients.setEntry(head, entry, "", new bytes[](0));
        entry = emptyEntry();
        entry.domain = string(new bytes(256));
        expectTooLong();
        clients.setEntry(head, entry, "", new bytes[](0));
        entry = emptyEntry();
        entry.nodes = new IClients.Node[](1);
        entry.nodes[0].url = string(new bytes(256));
        expectTooLong();
        clients.setEntry(head, entry, "", new bytes[](0));
        entry.nodes = new IClients.Node[](5);
        vm.expectRevert(abi.encodeWithSelector(IClients.TooMany.selector, 5, 4));
        clients.setEntry(head, entry, "", new bytes[](0));
        entry = emptyEntry();
        entry.providers = new IClients.Provider[](9);
        vm.expectRevert(abi.encodeWithSelector(IClients.TooMany.selector, 9, 8));
        clients.setEntry(head, entry, "", new bytes[](0));
    }

    function test_agreement_byAnotherOrForAnother() public {
        IClients.Entry memory entry = fullEntry();
        bytes[] memory agreements = agree(bob, entry);
        expectNotAgreed(entry, agreements, vm.addr(TURN_KEY));
        agreements = agree(alice, entry);
        (agreements[0], agreements[1]) = (agreements[1], agreements[0]);
        expectNotAgreed(entry, agreements, vm.addr(TURN_KEY));
        agreements = agree(alice, entry);
        entry.providers[1].terms = keccak256("better terms");
        expectNotAgreed(entry, agreements, vm.addr(MAIL_KEY));
    }

    function test_agreement_onAnotherChain() public {
        IClients.Entry memory entry = fullEntry();
        bytes[] memory agreements = agree(alice, entry);
        vm.chainId(999);
        expectNotAgreed(entry, agreements, vm.addr(TURN_KEY));
    }

    function test_agreement_missingOrOneTooMany() public {
        IClients.Entry memory entry = fullEntry();
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, entryHash(head, entry));
        for (uint256 given = 1; given <= 3; given += 2) {
            vm.expectRevert(abi.encodeWithSelector(IClients.WrongSignatures.selector, given, 2));
            clients.setEntry(head, entry, signature, new bytes[](given));
        }
    }

    function test_agreement_ended() public {
        IClients.Entry memory entry = fullEntry();
        entry.providers[1].expiry = uint64(block.timestamp);
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, entryHash(head, entry));
        bytes[] memory agreements = agree(alice, entry);
        vm.expectRevert(
            abi.encodeWithSelector(IClients.AgreementEnded.selector, vm.addr(MAIL_KEY), entry.providers[1].expiry)
        );
        clients.setEntry(head, entry, signature, agreements);
    }

    function test_agreement_ofContractWallet() public {
        IClients.Entry memory entry = fullEntry();
        entry.providers[0].provider = address(wallet);
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, entryHash(head, entry));
        bytes[] memory agreements = agree(alice, entry);
        agreements[0] = sign(ALICE_KEY, agreementHash(alice, entry.providers[0]));
        clients.setEntry(head, entry, signature, agreements);
        vm.assertEq(clients.lookup(alice).entry.providers[0].provider, address(wallet));
    }

    function test_revokeDevice_isListedUntilTheEpochEnds() public {
        bytes32 device = keccak256("lost");
        vm.expectEmit(address(clients));
        emit IClients.DeviceRevoked(alice, device);
        revoke(ALICE_KEY, alice, device);
        revoke(ALICE_KEY, alice, keccak256("sold"));
        (uint64 epoch, bool revoked) = clients.standing(alice, device);
        vm.assertEq(epoch, 0);
        vm.assertTrue(revoked);
        vm.assertEq(clients.lookup(alice).revoked[1], keccak256("sold"));
        (, revoked) = clients.standing(bob, device);
        vm.assertFalse(revoked);
        vm.expectEmit(address(clients));
        emit IClients.EpochBegun(alice, 1);
        endEpoch(ALICE_KEY, alice);
        (epoch, revoked) = clients.standing(alice, device);
        vm.assertEq(epoch, 1);
        vm.assertFalse(revoked);
        vm.assertEq(clients.lookup(alice).revoked.length, 0);
    }

    function test_revokeDevice_twiceOrTooMany() public {
        for (uint256 i; i < 16; ++i) {
            revoke(ALICE_KEY, alice, bytes32(i));
            if (i > 0) continue;
            IClients.Head memory again = headOf(alice);
            bytes memory signed = sign(ALICE_KEY, revocationHash(again, 0));
            vm.expectRevert(abi.encodeWithSelector(IClients.AlreadyRevoked.selector, bytes32(0)));
            clients.revokeDevice(again, 0, signed);
        }
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, revocationHash(head, keccak256("one more")));
        vm.expectRevert(abi.encodeWithSelector(IClients.TooMany.selector, 17, 16));
        clients.revokeDevice(head, keccak256("one more"), signature);
        endEpoch(ALICE_KEY, alice);
        revoke(ALICE_KEY, alice, keccak256("one more"));
    }

    function test_revokeDevice_andEndEpoch_byAnother() public {
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(BOB_KEY, revocationHash(head, 0));
        expectNotSigned(alice);
        clients.revokeDevice(head, 0, signature);
        signature = sign(BOB_KEY, epochEndHash(head));
        expectNotSigned(alice);
        clients.endEpoch(head, signature);
    }

    /// @dev What was signed to revoke cannot end the epoch, nor the other way round.
    function test_messages_doNotStandForEachOther() public {
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, revocationHash(head, 0));
        expectNotSigned(alice);
        clients.endEpoch(head, signature);
        signature = sign(ALICE_KEY, epochEndHash(head));
        expectNotSigned(alice);
        clients.revokeDevice(head, 0, signature);
    }

    function test_epochAndRevocations_leaveTheEntryAlone() public {
        setEntry(ALICE_KEY, alice, fullEntry());
        revoke(ALICE_KEY, alice, keccak256("lost"));
        endEpoch(ALICE_KEY, alice);
        vm.assertEq(abi.encode(clients.lookup(alice).entry), abi.encode(fullEntry()));
        vm.assertEq(clients.lookup(alice).sequence, 3);
    }

    function test_range_pageAfterPage() public {
        (IClients.Client[] memory page, address next) = clients.range(address(0), 5);
        vm.assertEq(page.length, 0);
        for (uint256 key = 1; key <= 5; ++key) {
            endEpoch(key, vm.addr(key));
        }
        endEpoch(3, vm.addr(3));
        (address newest, uint256 count) = clients.newest();
        vm.assertEq(newest, vm.addr(5));
        vm.assertEq(count, 5);
        (page, next) = clients.range(address(0), 3);
        vm.assertEq(page.length, 3);
        vm.assertEq(page[0].account, vm.addr(5));
        vm.assertEq(page[2].epoch, 2);
        vm.assertEq(next, vm.addr(2));
        (page, next) = clients.range(next, type(uint256).max);
        vm.assertEq(page.length, 2);
        vm.assertEq(page[1].account, vm.addr(1));
        vm.assertEq(next, address(0));
        (page, next) = clients.range(alice, 5);
        vm.assertEq(page.length, 0);
        vm.assertEq(next, address(0));
    }

    function test_lookups_inTheOrderAsked() public {
        endEpoch(ALICE_KEY, alice);
        address[] memory accounts = new address[](2);
        (accounts[0], accounts[1]) = (bob, alice);
        IClients.Client[] memory found = clients.lookups(accounts);
        vm.assertEq(found[0].account, bob);
        vm.assertEq(found[0].epoch, 0);
        vm.assertEq(found[1].epoch, 1);
    }

    function testFuzz_setEntry_isReadAsWritten(uint8 nodes, uint8 oldest, string calldata text, bytes32 key) public {
        vm.assume(bytes(text).length < 256);
        IClients.Entry memory entry = emptyEntry();
        (entry.apiOldest, entry.apiNewest) = (oldest, 255);
        (entry.direct, entry.domain) = (text, text);
        entry.nodes = new IClients.Node[](nodes % 5);
        for (uint256 i; i < entry.nodes.length; ++i) {
            entry.nodes[i] = IClients.Node(text, keccak256(abi.encode(key, i)));
        }
        setEntry(ALICE_KEY, alice, fullEntry());
        setEntry(ALICE_KEY, alice, entry);
        vm.assertEq(abi.encode(clients.lookup(alice).entry), abi.encode(entry));
    }

    function testFuzz_signature_ofAnythingElse(bytes calldata signature) public {
        IClients.Head memory head = headOf(alice);
        expectNotSigned(alice);
        clients.endEpoch(head, signature);
    }

    function expectNotAgreed(IClients.Entry memory entry, bytes[] memory agreements, address provider) private {
        IClients.Head memory head = headOf(alice);
        bytes memory signature = sign(ALICE_KEY, entryHash(head, entry));
        vm.expectRevert(abi.encodeWithSelector(IClients.NotAgreed.selector, provider));
        clients.setEntry(head, entry, signature, agreements);
    }

    function expectNotSigned(address account) private {
        vm.expectRevert(abi.encodeWithSelector(IClients.NotSigned.selector, account));
    }

    function expectTooLong() private {
        vm.expectRevert(abi.encodeWithSelector(IClients.TextTooLong.selector, 256, 255));
    }

    function emptyEntry() private pure returns (IClients.Entry memory entry) {
        return entry;
    }
}
