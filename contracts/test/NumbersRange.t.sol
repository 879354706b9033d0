// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NumbersTest} from "./base/NumbersTest.sol";

contract NumbersRangeTest is NumbersTest {
    function test_range_ofNothing() public view {
        (uint256[] memory page, uint256 next) = numbers.range(0, 10);
        vm.assertEq(page.length + next, 0);
        (uint256 id, uint256 count) = numbers.newest();
        vm.assertEq(id + count, 0);
    }

    function test_range_fromUnclaimedNumber() public {
        claimAs(ALICE, NUMBER);
        (uint256[] memory page, uint256 next) = numbers.range(OTHER, 10);
        vm.assertEq(page.length + next, 0);
    }

    function test_range_pageAfterPage() public {
        for (uint256 i; i < 5; ++i) {
            claimAs(ALICE, NUMBER + i);
        }
        (uint256[] memory page, uint256 next) = numbers.range(0, 2);
        vm.assertEq(page.length, 2);
        vm.assertEq(page[0] >> 192, NUMBER + 4);
        vm.assertEq(page[1] >> 192, NUMBER + 3);
        vm.assertEq(next, NUMBER + 2);
        // What is claimed meanwhile does not move what comes.
        claimAs(BOB, OTHER);
        (page, next) = numbers.range(next, 2);
        vm.assertEq(page[0] >> 192, NUMBER + 2);
        vm.assertEq(next, NUMBER);
        (page, next) = numbers.range(next, 2);
        vm.assertEq(page.length, 1);
        vm.assertEq(page[0], (NUMBER << 192) | (1 << 160) | uint160(ALICE));
        vm.assertEq(next, 0);
    }

    function test_range_ofMoreThanThereAre() public {
        claimAs(ALICE, NUMBER);
        (uint256[] memory page, uint256 next) = numbers.range(0, type(uint256).max);
        vm.assertEq(page.length, 1);
        vm.assertEq(next, 0);
    }

    function test_range_ofNoneAsked() public {
        claimAs(ALICE, NUMBER);
        (uint256[] memory page, uint256 next) = numbers.range(0, 0);
        vm.assertEq(page.length, 0);
        vm.assertEq(next, NUMBER);
    }

    /// @dev The shortest and the longest, with zeros in front and nines behind.
    function test_range_ofNumbersOfEveryLength() public {
        uint256[4] memory ids = [uint256(9_990_000), 9_999_999, 999_000_000_000_000, 999_999_999_999_999];
        for (uint256 i; i < 4; ++i) {
            claimAs(ALICE, ids[i]);
        }
        (uint256[] memory page,) = numbers.range(0, 4);
        for (uint256 i; i < 4; ++i) {
            vm.assertEq(page[i] >> 192, ids[3 - i]);
        }
    }
}
