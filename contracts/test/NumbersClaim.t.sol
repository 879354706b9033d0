// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumbers} from "../src/INumbers.sol";
import {Numbers} from "../src/Numbers.sol";
import {NumbersTest} from "./base/NumbersTest.sol";

contract NumbersClaimTest is NumbersTest {
    function test_constructor_withoutTreasury() public {
        vm.expectRevert(INumbers.NoTreasury.selector);
        new Numbers(address(0), 60, feeTable());
    }

    function test_constructor_commitAgeOutOfBounds() public {
        vm.expectRevert(abi.encodeWithSelector(INumbers.WrongCommitAge.selector, 0));
        new Numbers(TREASURY, 0, feeTable());
        vm.expectRevert(abi.encodeWithSelector(INumbers.WrongCommitAge.selector, 1 days));
        new Numbers(TREASURY, 1 days, feeTable());
    }

    function test_constructor_feesThatDoNotFall() public {
        uint256[9] memory table = feeTable();
        table[8] = table[7];
        vm.expectRevert(INumbers.FeesOutOfOrder.selector);
        new Numbers(TREASURY, 60, table);
        table = feeTable();
        table[0] = uint256(type(uint80).max) + 1;
        vm.expectRevert(INumbers.FeesOutOfOrder.selector);
        new Numbers(TREASURY, 60, table);
    }

    function test_fee_fallsWithEveryDigit() public view {
        for (uint256 digits = 4; digits <= 12; ++digits) {
            vm.assertEq(numbers.fee(999 * 10 ** digits), 1 ether >> (digits - 4));
            vm.assertEq(numbers.fee(1000 * 10 ** digits - 1), 1 ether >> (digits - 4));
        }
    }

    function test_fee_ofNoNumber() public {
        uint256[7] memory wrong =
            [0, 999, 999 * 1000 + 999, 999 * 10 ** 13, 998 * 10 ** 8, 1000 * 10 ** 8, type(uint256).max];
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(INumbers.NotANumber.selector, wrong[i]));
            numbers.fee(wrong[i]);
        }
    }

    function test_areFree_ofFreeTakenAndNone() public {
        claimAs(ALICE, NUMBER);
        uint256[] memory ids = new uint256[](3);
        (ids[0], ids[1], ids[2]) = (NUMBER, OTHER, 5);
        bool[] memory free = numbers.areFree(ids);
        vm.assertFalse(free[0]);
        vm.assertTrue(free[1]);
        vm.assertFalse(free[2]);
    }

    function test_commit_isKeptUntilReplaced() public {
        vm.prank(ALICE);
        numbers.commit(7);
        (uint96 commitment, uint32 madeAt) = numbers.commitmentOf(ALICE);
        vm.assertEq(commitment, 7);
        vm.assertEq(madeAt, block.timestamp);
        vm.prank(ALICE);
        numbers.commit(8);
        (commitment,) = numbers.commitmentOf(ALICE);
        vm.assertEq(commitment, 8);
    }

    function test_commit_leavesCreditAlone() public {
        claimAs(ALICE, NUMBER);
        listAs(ALICE, NUMBER, 3 ether);
        vm.prank(BOB);
        numbers.buy{value: 3 ether}(NUMBER);
        claimAs(ALICE, OTHER);
        vm.assertEq(numbers.credit(ALICE), 3 ether);
        vm.assertEq(numbers.balanceOf(ALICE), 1);
        (uint96 commitment, uint32 madeAt) = numbers.commitmentOf(ALICE);
        vm.assertEq(uint256(commitment) + madeAt, 0);
    }

    function test_claim_ownsTheNumberInItsFirstEpoch() public {
        claimAs(ALICE, NUMBER);
        INumbers.Entry memory entry = numbers.lookup(NUMBER);
        vm.assertEq(entry.owner, ALICE);
        vm.assertEq(entry.epoch, 1);
        vm.assertEq(entry.changedAt, (block.timestamp >> 8) << 8);
        vm.assertEq(numbers.ownerOf(NUMBER), ALICE);
        vm.assertEq(numbers.balanceOf(ALICE), 1);
        vm.assertEq(numbers.fees(), numbers.fee(NUMBER));
    }

    function test_claim_ofNoneOrTooMany() public {
        vm.expectRevert(abi.encodeWithSelector(INumbers.WrongCount.selector, 0));
        numbers.claim(new uint256[](0), SECRET);
        vm.expectRevert(abi.encodeWithSelector(INumbers.WrongCount.selector, 51));
        numbers.claim(new uint256[](51), SECRET);
    }

    function test_claim_ofFiftyAtOnce() public {
        uint256[] memory ids = new uint256[](50);
        for (uint256 i; i < 50; ++i) {
            ids[i] = NUMBER + i;
        }
        commitAs(ALICE, ids);
        vm.warp(block.timestamp + 60);
        vm.prank(ALICE);
        numbers.claim{value: 50 * (1 ether >> 4)}(ids, SECRET);
        vm.assertEq(numbers.balanceOf(ALICE), 50);
        (uint256 newest, uint256 count) = numbers.newest();
        vm.assertEq(newest, NUMBER + 49);
        vm.assertEq(count, 50);
    }

    function test_claim_withoutCommitment() public {
        expectNotCommitted(ALICE);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), SECRET);
    }

    function test_claim_ofOtherThanCommitted() public {
        commitAs(ALICE, one(NUMBER));
        vm.warp(block.timestamp + 60);
        expectNotCommitted(ALICE);
        numbers.claim{value: 1 ether >> 3}(one(OTHER), SECRET);
        expectNotCommitted(ALICE);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), keccak256("guess"));
    }

    /// @dev Who sees a claim under way knows number and secret, and has no commitment of its own.
    function test_claim_copiedByAnother() public {
        commitAs(ALICE, one(NUMBER));
        uint96 copied = numbers.commitmentTo(one(NUMBER), ALICE, SECRET);
        vm.prank(BOB);
        numbers.commit(copied);
        vm.warp(block.timestamp + 60);
        expectNotCommitted(BOB);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), SECRET);
    }

    function test_claim_onAnotherChainOrContract() public {
        commitAs(ALICE, one(NUMBER));
        vm.warp(block.timestamp + 60);
        vm.chainId(999);
        expectNotCommitted(ALICE);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), SECRET);
        Numbers other = new Numbers(TREASURY, 60, feeTable());
        vm.assertFalse(
            other.commitmentTo(one(NUMBER), ALICE, SECRET) == numbers.commitmentTo(one(NUMBER), ALICE, SECRET)
        );
    }

    function test_claim_twiceWithOneCommitment() public {
        claimAs(ALICE, NUMBER);
        expectNotCommitted(ALICE);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), SECRET);
    }

    function test_claim_beforeAndAfterItsTime() public {
        commitAs(ALICE, one(NUMBER));
        uint256 made = vm.getBlockTimestamp();
        vm.warp(made + 59);
        vm.expectRevert(abi.encodeWithSelector(INumbers.CommittedTooRecently.selector, made + 60));
        vm.prank(ALICE);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), SECRET);
        vm.warp(made + 1 days + 1);
        vm.expectRevert(abi.encodeWithSelector(INumbers.CommittedTooLongAgo.selector, made + 1 days));
        vm.prank(ALICE);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), SECRET);
        vm.warp(made + 1 days);
        vm.prank(ALICE);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), SECRET);
    }

    function test_claim_ofTakenNumber() public {
        claimAs(ALICE, NUMBER);
        commitAs(BOB, one(NUMBER));
        vm.warp(block.timestamp + 60);
        vm.expectRevert(abi.encodeWithSelector(INumbers.NumberTaken.selector, NUMBER));
        vm.prank(BOB);
        numbers.claim{value: 1 ether >> 4}(one(NUMBER), SECRET);
    }

    function test_claim_ofTheSameTwice() public {
        uint256[] memory ids = new uint256[](2);
        (ids[0], ids[1]) = (NUMBER, NUMBER);
        commitAs(ALICE, ids);
        vm.warp(block.timestamp + 60);
        vm.expectRevert(abi.encodeWithSelector(INumbers.NumberTaken.selector, NUMBER));
        vm.prank(ALICE);
        numbers.claim{value: 1 ether >> 3}(ids, SECRET);
    }

    function test_claim_ofNoNumber() public {
        commitAs(ALICE, one(998));
        vm.warp(block.timestamp + 60);
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotANumber.selector, 998));
        vm.prank(ALICE);
        numbers.claim(one(998), SECRET);
    }

    function test_claim_forTooMuchOrTooLittle() public {
        commitAs(ALICE, one(NUMBER));
        vm.warp(block.timestamp + 60);
        uint256 due = 1 ether >> 4;
        for (uint256 sent = due - 1; sent <= due + 1; sent += 2) {
            vm.expectRevert(abi.encodeWithSelector(INumbers.WrongPayment.selector, sent, due));
            vm.prank(ALICE);
            numbers.claim{value: sent}(one(NUMBER), SECRET);
        }
    }

    function testFuzz_claim_anyNumber(uint256 digits, uint256 value) public {
        digits = within(digits, 4, 12);
        uint256 id = 999 * 10 ** digits + within(value, 0, 10 ** digits - 1);
        claimAs(ALICE, id);
        vm.assertEq(numbers.ownerOf(id), ALICE);
        vm.assertEq(numbers.fees(), 1 ether >> (digits - 4));
        (uint256 newest,) = numbers.newest();
        vm.assertEq(newest, id);
    }

    function testFuzz_fee_onlyOfNumbers(uint256 id) public {
        bytes memory text = bytes(toText(id));
        bool is999 = text.length > 3 && text[0] == "9" && text[1] == "9" && text[2] == "9";
        if (is999 && text.length >= 7 && text.length <= 15) return;
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotANumber.selector, id));
        numbers.fee(id);
    }

    function expectNotCommitted(address account) private {
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotCommitted.selector, account));
        vm.prank(account);
    }

    function toText(uint256 value) private pure returns (string memory text) {
        do {
            text = string.concat(string(abi.encodePacked(uint8(48 + value % 10))), text);
            value /= 10;
        } while (value > 0);
    }
}
