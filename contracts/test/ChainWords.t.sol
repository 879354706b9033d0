// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Clients} from "../src/Clients.sol";
import {IClients} from "../src/IClients.sol";
import {Numbers} from "../src/Numbers.sol";
import {Test} from "./base/Vm.sol";

/// @notice tests/vectors/chain-words.json, which tests/vectors/chain-words.test.ts reads too: what was hashed and signed
/// there is accepted here, and nothing else.
contract ChainWordsTest is Test {
    string private vectors;
    string private keys;
    Clients private clients;
    address private account;

    function setUp() public {
        vectors = vm.readFile("../tests/vectors/chain-words.json");
        keys = vm.readFile("../tests/vectors/words.json");
        account = vm.parseJsonAddress(keys, ".wallet.account");
        vm.chainId(vm.parseJsonUint(vectors, ".place.chainId"));
        vm.warp(vm.parseJsonUint(vectors, ".now"));
        clients = Clients(vm.parseJsonAddress(vectors, ".place.contract"));
        vm.etch(address(clients), address(new Clients()).code);
    }

    function test_everyMessage_isAcceptedInTurn() public {
        setEntry();
        clients.revokeDevice(readHead(".revocation.value"), readDevice(), bytesOf(".revocation.signature"));
        (, bool revoked) = clients.standing(account, readDevice());
        vm.assertTrue(revoked);
        clients.endEpoch(readHead(".epochEnd.value"), bytesOf(".epochEnd.signature"));
        IClients.Client memory client = clients.lookup(account);
        vm.assertEq(client.epoch, 1);
        vm.assertEq(client.sequence, 3);
        vm.assertEq(client.entry.nodes[1].url, readEntry().nodes[1].url);
        vm.assertEq(client.entry.providers[1].provider, readEntry().providers[1].provider);
    }

    function test_changedField_isNotSigned() public {
        IClients.Head memory head = readHead(".entry.head");
        IClients.Entry memory entry = readEntry();
        entry.nodes[1].key = bytes32(0);
        (bytes memory signature, bytes[] memory agreements) = (bytesOf(".entry.signature"), readAgreements());
        vm.expectRevert(abi.encodeWithSelector(IClients.NotSigned.selector, account));
        clients.setEntry(head, entry, signature, agreements);
    }

    function test_commitment_isThatOfTheVectors() public {
        uint256[9] memory fees;
        for (uint256 i; i < 9; ++i) {
            fees[i] = 9 - i;
        }
        // The place is whatever contract stands there.
        vm.etch(address(clients), address(new Numbers(account, 60, fees)).code);
        uint96 commitment = Numbers(address(clients))
            .commitmentTo(
                vm.parseJsonUintArray(vectors, ".claim.tokenIds"),
                account,
                vm.parseJsonBytes32(vectors, ".claim.secret")
            );
        vm.assertEq(commitment, vm.parseJsonUint(vectors, ".claim.commitment"));
    }

    function test_device_speaksForItsAccount() public {
        IClients.Delegation memory delegation = readDelegation();
        vm.warp(vm.parseJsonUint(vectors, ".fromDevice.now"));
        reachEpoch(delegation.accountEpoch);
        bytes memory signature = bytesOf(".fromDevice.signature");
        bytes32 digest = vm.parseJsonBytes32(vectors, ".fromDevice.digest");
        bytes32[2] memory by =
            [vm.parseJsonBytes32(vectors, ".fromDevice.r"), vm.parseJsonBytes32(vectors, ".fromDevice.s")];
        vm.assertTrue(clients.isFromDevice(delegation, signature, 2, digest, by));
        vm.assertEq(
            clients.thumbprint(delegation.signKeyX, delegation.signKeyY),
            vm.parseJsonBytes32(vectors, ".fromDevice.thumbprint")
        );
        delegation.expiry += 1;
        vm.assertFalse(clients.isFromDevice(delegation, signature, 2, digest, by));
    }

    function setEntry() private {
        clients.setEntry(readHead(".entry.head"), readEntry(), bytesOf(".entry.signature"), readAgreements());
    }

    /// @dev Ends epochs with the account's own key, as its wallet would.
    function reachEpoch(uint64 epoch) private {
        uint256 key = uint256(vm.parseJsonBytes32(keys, ".wallet.privateKey"));
        for (uint64 i; i < epoch; ++i) {
            IClients.Head memory head = IClients.Head(account, i, i, uint64(block.timestamp));
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digestEpochEnd(head));
            clients.endEpoch(head, abi.encodePacked(r, s, v));
        }
    }

    function digestEpochEnd(IClients.Head memory head) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Etherlynk"),
                keccak256("1"),
                block.chainid,
                clients
            )
        );
        bytes32 word = keccak256("EpochEnd(address account,uint64 sequence,uint64 epoch,uint64 deadline)");
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(word, head))));
    }

    function readHead(string memory path) private view returns (IClients.Head memory) {
        return IClients.Head(
            vm.parseJsonAddress(vectors, string.concat(path, ".account")),
            uint64(uintOf(string.concat(path, ".sequence"))),
            uint64(uintOf(string.concat(path, ".epoch"))),
            uint64(uintOf(string.concat(path, ".deadline")))
        );
    }

    function readEntry() private view returns (IClients.Entry memory entry) {
        entry.apiOldest = uint8(uintOf(".entry.typedData.message.apiOldest"));
        entry.apiNewest = uint8(uintOf(".entry.typedData.message.apiNewest"));
        entry.direct = vm.parseJsonString(vectors, ".entry.typedData.message.direct");
        entry.domain = vm.parseJsonString(vectors, ".entry.typedData.message.domain");
        entry.nodes = new IClients.Node[](2);
        entry.nodes[0] = readNode(".entry.typedData.message.nodes[0]");
        entry.nodes[1] = readNode(".entry.typedData.message.nodes[1]");
        entry.providers = new IClients.Provider[](2);
        entry.providers[0] = readProvider(".entry.typedData.message.providers[0]");
        entry.providers[1] = readProvider(".entry.typedData.message.providers[1]");
    }

    function readNode(string memory path) private view returns (IClients.Node memory) {
        return IClients.Node(
            vm.parseJsonString(vectors, string.concat(path, ".url")),
            vm.parseJsonBytes32(vectors, string.concat(path, ".key"))
        );
    }

    function readProvider(string memory path) private view returns (IClients.Provider memory) {
        return IClients.Provider(
            vm.parseJsonAddress(vectors, string.concat(path, ".provider")),
            uint8(uintOf(string.concat(path, ".service"))),
            vm.parseJsonBytes32(vectors, string.concat(path, ".terms")),
            uint64(uintOf(string.concat(path, ".expiry")))
        );
    }

    function readAgreements() private view returns (bytes[] memory agreements) {
        agreements = new bytes[](2);
        agreements[0] = bytesOf(".agreements[0].signature");
        agreements[1] = bytesOf(".agreements[1].signature");
    }

    function readDelegation() private view returns (IClients.Delegation memory) {
        string memory path = ".fromDevice.delegation";
        return IClients.Delegation({
            account: vm.parseJsonAddress(vectors, string.concat(path, ".account")),
            signKeyX: vm.parseJsonBytes32(vectors, string.concat(path, ".signKeyX")),
            signKeyY: vm.parseJsonBytes32(vectors, string.concat(path, ".signKeyY")),
            sealKeyX: vm.parseJsonBytes32(vectors, string.concat(path, ".sealKeyX")),
            sealKeyY: vm.parseJsonBytes32(vectors, string.concat(path, ".sealKeyY")),
            scopes: uint32(uintOf(string.concat(path, ".scopes"))),
            accountEpoch: uint64(uintOf(string.concat(path, ".accountEpoch"))),
            issued: uint64(uintOf(string.concat(path, ".issued"))),
            expiry: uint64(uintOf(string.concat(path, ".expiry")))
        });
    }

    function readDevice() private view returns (bytes32) {
        return vm.parseJsonBytes32(vectors, ".revocation.value.device");
    }

    function uintOf(string memory path) private view returns (uint256) {
        return vm.parseJsonUint(vectors, path);
    }

    function bytesOf(string memory path) private view returns (bytes memory) {
        return vm.parseJsonBytes(vectors, path);
    }
}
