// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClients} from "../src/IClients.sol";
import {ClientsTest} from "./base/ClientsTest.sol";
import {NumbersTest} from "./base/NumbersTest.sol";

/// @notice What transactions cost, whole (run with --isolate, so that each call is one). The figures are reviewed in
/// snapshots/; a change of any is a failure until they are written anew.
contract GasTest is NumbersTest {
    function test_claim() public {
        commitAs(ALICE, one(NUMBER));
        vm.snapshotGasLastCall("Numbers", "commit, account new");
        vm.warp(block.timestamp + 60);
        vm.prank(ALICE);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), SECRET);
        vm.snapshotGasLastCall("Numbers", "claim, first of all");
        claimAs(BOB, OTHER);
        vm.snapshotGasLastCall("Numbers", "claim, account new");
        commitAs(BOB, one(OTHER + 1));
        vm.snapshotGasLastCall("Numbers", "commit, account known");
        vm.warp(block.timestamp + 60);
        vm.prank(BOB);
        numbers.claim{value: 1 ether >> 3}(one(OTHER + 1), SECRET);
        vm.snapshotGasLastCall("Numbers", "claim, account known");
    }

    function test_transfer() public {
        claimAs(ALICE, NUMBER);
        claimAs(ALICE, OTHER);
        claimAs(BOB, OTHER + 1);
        vm.prank(ALICE);
        numbers.transferFrom(ALICE, BOB, OTHER);
        vm.snapshotGasLastCall("Numbers", "transfer to a holder, nothing set");
        vm.prank(ALICE);
        numbers.setRecords(NUMBER, fullRecords());
        vm.snapshotGasLastCall("Numbers", "set all records");
        listAs(ALICE, NUMBER, 1 ether);
        vm.snapshotGasLastCall("Numbers", "list");
        claimAs(ALICE, OTHER + 2);
        vm.prank(ALICE);
        numbers.transferFrom(ALICE, BOB, NUMBER);
        vm.snapshotGasLastCall("Numbers", "transfer to a holder, everything set");
    }

    function test_buy() public {
        claimAs(ALICE, NUMBER);
        claimAs(ALICE, OTHER);
        listAs(ALICE, NUMBER, 1 ether);
        listAs(ALICE, OTHER, 1 ether);
        vm.prank(BOB);
        numbers.buy{value: 1 ether}(NUMBER);
        vm.snapshotGasLastCall("Numbers", "buy, both new");
        claimAs(ALICE, OTHER + 1);
        vm.prank(BOB);
        numbers.buy{value: 1 ether}(OTHER);
        vm.snapshotGasLastCall("Numbers", "buy, both known");
    }

    function test_withdraw() public {
        claimAs(ALICE, NUMBER);
        listAs(ALICE, NUMBER, 1 ether);
        vm.prank(BOB);
        numbers.buy{value: 1 ether}(NUMBER);
        vm.prank(ALICE);
        numbers.withdraw(payable(ALICE));
        vm.snapshotGasLastCall("Numbers", "withdraw");
        vm.prank(BOB);
        numbers.setName(NUMBER, "bob.eth");
        vm.snapshotGasLastCall("Numbers", "set the name");
        vm.prank(TREASURY);
        numbers.collect(payable(BOB));
        vm.snapshotGasLastCall("Numbers", "collect");
    }
}

/// @notice Reads: what another contract pays to know that a device spoke.
contract DeviceGasTest is ClientsTest {
    bytes32 private constant DIGEST = sha256("what a device says");

    function test_inSolidity() public {
        ask();
        vm.snapshotGasLastCall("Clients", "device's word, in Solidity");
    }

    /// forge-config: default.evm_version = "osaka"
    function test_byPrecompile() public {
        ask();
        vm.snapshotGasLastCall("Clients", "device's word, by EIP-7951");
    }

    function ask() private view {
        IClients.Delegation memory given = delegationOf(alice);
        bytes memory signature = walletSign(ALICE_KEY, given);
        clients.isFromDevice(given, signature, 2, DIGEST, deviceSign(DIGEST));
    }
}

contract ClientsGasTest is ClientsTest {
    function test_entry() public {
        setEntry(ALICE_KEY, alice, fullEntry());
        vm.snapshotGasLastCall("Clients", "first entry, two providers, two nodes");
        IClients.Entry memory entry = fullEntry();
        entry.nodes = new IClients.Node[](1);
        entry.nodes[0] = IClients.Node("wss://other.example:9001", keccak256("other"));
        entry.domain = "other.example";
        entry.direct = "sip:alice@198.51.100.7";
        entry.providers[0].terms = keccak256("other turn");
        entry.providers[1].terms = keccak256("other mail");
        vm.warp(block.timestamp + 1);
        setEntry(ALICE_KEY, alice, entry);
        vm.snapshotGasLastCall("Clients", "entry changed in all, two providers, one node");
        entry.providers[0].terms = keccak256("third turn");
        setEntry(ALICE_KEY, alice, entry);
        vm.snapshotGasLastCall("Clients", "entry changed in one agreement of two");
        revoke(ALICE_KEY, alice, keccak256("lost"));
        vm.snapshotGasLastCall("Clients", "revoke a device");
        endEpoch(ALICE_KEY, alice);
        vm.snapshotGasLastCall("Clients", "end the epoch");
    }
}
