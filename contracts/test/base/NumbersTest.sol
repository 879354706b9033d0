// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumbers} from "../../src/INumbers.sol";
import {Numbers} from "../../src/Numbers.sol";
import {Test} from "./Vm.sol";

/// @notice A deployed contract, people with money, and short ways to own a number.
abstract contract NumbersTest is Test {
    address internal constant TREASURY = address(0x7EA);
    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);
    address internal constant CAROL = address(0xCA401);
    uint256 internal constant NUMBER = 99_912_345_678;
    uint256 internal constant OTHER = 9_994_004_004;
    bytes32 internal constant SECRET = keccak256("secret");

    Numbers internal numbers;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        numbers = new Numbers(TREASURY, 60, feeTable());
        vm.deal(ALICE, 1000 ether);
        vm.deal(BOB, 1000 ether);
        vm.deal(CAROL, 1000 ether);
    }

    /// @dev 4 digits cost 1 ether, each further digit half of that.
    function feeTable() internal pure returns (uint256[9] memory table) {
        for (uint256 i; i < 9; ++i) {
            table[i] = 1 ether >> i;
        }
    }

    function one(uint256 id) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](1);
        ids[0] = id;
    }

    function commitAs(address account, uint256[] memory ids) internal {
        uint96 commitment = numbers.commitmentTo(ids, account, SECRET);
        vm.prank(account);
        numbers.commit(commitment);
    }

    function claimAs(address account, uint256 id) internal {
        commitAs(account, one(id));
        vm.warp(block.timestamp + 60);
        uint256 due = numbers.fee(id);
        vm.prank(account);
        numbers.claim{value: due}(one(id), SECRET);
    }

    function listAs(address account, uint256 id, uint96 price) internal {
        vm.prank(account);
        numbers.list(id, price);
    }

    function fullRecords() internal pure returns (INumbers.Records memory) {
        return INumbers.Records({
            name: "alice.eth",
            profile: "ipfs://profile",
            lightLogin: "https://light.example/1",
            policy: INumbers.Policy({callers: 2, bond: 5e18}),
            blockList: "ipfs://blocked",
            blockRoot: keccak256("root"),
            routes: "sip:+99940040041@node.example;after=20"
        });
    }
}
