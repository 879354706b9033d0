// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC721} from "solady/tokens/ERC721.sol";
import {INumbers} from "../src/INumbers.sol";
import {ContractWallet} from "./base/ContractWallet.sol";
import {NumbersTest} from "./base/NumbersTest.sol";
import {Vm} from "./base/Vm.sol";

contract NumbersTransferTest is NumbersTest {
    function setUp() public override {
        super.setUp();
        claimAs(ALICE, NUMBER);
    }

    function test_transfer_leavesNothingOfTheOldOwner() public {
        dress();
        vm.warp(block.timestamp + 10 days);
        vm.prank(ALICE);
        numbers.transferFrom(ALICE, BOB, NUMBER);
        expectBare(BOB, 2);
        vm.assertEq(numbers.lookup(NUMBER).changedAt, (block.timestamp >> 8) << 8);
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotListed.selector, NUMBER));
        vm.prank(CAROL);
        numbers.buy{value: 1 ether}(NUMBER);
        vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
        vm.prank(CAROL);
        numbers.transferFrom(BOB, CAROL, NUMBER);
    }

    function test_transfer_toOneself_voidsEverythingToo() public {
        dress();
        vm.prank(ALICE);
        numbers.transferFrom(ALICE, ALICE, NUMBER);
        expectBare(ALICE, 2);
        vm.assertEq(numbers.balanceOf(ALICE), 1);
    }

    /// @dev Records of the first epoch do not rise again when their owner does.
    function test_transfer_thereAndBack() public {
        dress();
        vm.prank(ALICE);
        numbers.transferFrom(ALICE, BOB, NUMBER);
        vm.prank(BOB);
        numbers.transferFrom(BOB, ALICE, NUMBER);
        expectBare(ALICE, 3);
    }

    function test_transfer_tellsOnceOfItself() public {
        dress();
        vm.recordLogs();
        vm.prank(ALICE);
        numbers.transferFrom(ALICE, BOB, NUMBER);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        vm.assertEq(logs[0].topics[0], ERC721.Transfer.selector);
    }

    function test_transfer_byApprovedAndOperator() public {
        vm.prank(ALICE);
        numbers.approve(CAROL, NUMBER);
        vm.prank(CAROL);
        numbers.transferFrom(ALICE, BOB, NUMBER);
        vm.prank(BOB);
        numbers.setApprovalForAll(CAROL, true);
        vm.prank(CAROL);
        numbers.safeTransferFrom(BOB, ALICE, NUMBER, "");
        vm.assertEq(numbers.ownerOf(NUMBER), ALICE);
        vm.assertEq(numbers.epochOf(NUMBER), 3);
    }

    function test_transfer_byStranger() public {
        vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
        vm.prank(BOB);
        numbers.transferFrom(ALICE, BOB, NUMBER);
        vm.expectRevert(ERC721.TransferFromIncorrectOwner.selector);
        vm.prank(BOB);
        numbers.transferFrom(BOB, BOB, NUMBER);
    }

    function test_transfer_withEther_isRefused() public {
        bytes memory refusal = abi.encodeWithSelector(INumbers.WrongPayment.selector, 1, 0);
        vm.startPrank(ALICE);
        vm.expectRevert(refusal);
        numbers.approve{value: 1}(BOB, NUMBER);
        vm.expectRevert(refusal);
        numbers.transferFrom{value: 1}(ALICE, BOB, NUMBER);
        vm.expectRevert(refusal);
        numbers.safeTransferFrom{value: 1}(ALICE, BOB, NUMBER);
        vm.expectRevert(refusal);
        numbers.safeTransferFrom{value: 1}(ALICE, BOB, NUMBER, "");
    }

    function test_safeTransfer_toContracts() public {
        ContractWallet wallet = new ContractWallet(BOB);
        wallet.refuse(false, true);
        vm.expectRevert(bytes("takes no tokens"));
        vm.prank(ALICE);
        numbers.safeTransferFrom(ALICE, address(wallet), NUMBER);
        wallet.refuse(false, false);
        vm.prank(ALICE);
        numbers.safeTransferFrom(ALICE, address(wallet), NUMBER);
        vm.assertEq(numbers.ownerOf(NUMBER), address(wallet));
    }

    /// @dev Nobody can reach it by moving; it must fail rather than begin again with old records.
    function test_transfer_afterTheLastEpoch() public {
        bytes32 slot = ownershipSlot(NUMBER);
        uint256 packed = uint256(vm.load(address(numbers), slot));
        vm.store(address(numbers), slot, bytes32(packed | (uint256((1 << 28) - 1) << 228)));
        vm.assertEq(numbers.epochOf(NUMBER), (1 << 28) - 1);
        vm.expectRevert(abi.encodeWithSelector(INumbers.EpochsUsedUp.selector, NUMBER));
        vm.prank(ALICE);
        numbers.transferFrom(ALICE, BOB, NUMBER);
    }

    function test_interfaces() public view {
        bytes4[5] memory supported =
            [bytes4(0x01ffc9a7), 0x80ac58cd, 0x5b5e139f, 0x49064906, type(INumbers).interfaceId];
        for (uint256 i; i < supported.length; ++i) {
            vm.assertTrue(numbers.supportsInterface(supported[i]));
        }
        vm.assertFalse(numbers.supportsInterface(0xffffffff));
        vm.assertEq(numbers.name(), "Etherlynk Numbers");
        vm.assertEq(numbers.symbol(), "+999");
    }

    function testFuzz_transfer_keepsThePages(uint8 hops) public {
        claimAs(ALICE, OTHER);
        address holder = ALICE;
        for (uint256 i; i < hops % 8; ++i) {
            address next = holder == ALICE ? BOB : ALICE;
            vm.prank(holder);
            numbers.transferFrom(holder, next, NUMBER);
            holder = next;
        }
        (uint256[] memory page,) = numbers.range(0, 10);
        vm.assertEq(page.length, 2);
        vm.assertEq(page[1], (NUMBER << 192) | (uint256(1 + (hops % 8)) << 160) | uint160(holder));
    }

    function dress() private {
        vm.startPrank(ALICE);
        numbers.setRecords(NUMBER, fullRecords());
        numbers.list(NUMBER, 1 ether);
        numbers.approve(CAROL, NUMBER);
        vm.stopPrank();
    }

    function expectBare(address owner, uint32 epoch) private view {
        INumbers.Entry memory bare;
        (bare.owner, bare.epoch, bare.changedAt) = (owner, epoch, numbers.lookup(NUMBER).changedAt);
        vm.assertEq(abi.encode(numbers.lookup(NUMBER)), abi.encode(bare));
        vm.assertEq(numbers.getApproved(NUMBER), address(0));
    }

    function ownershipSlot(uint256 id) private pure returns (bytes32 slot) {
        assembly {
            mstore(0x00, id)
            mstore(0x1c, 0x7d8825530a5a2e7a000000000000000000000000000000000000000000000000)
            slot := add(id, add(id, keccak256(0x00, 0x20)))
        }
    }
}
