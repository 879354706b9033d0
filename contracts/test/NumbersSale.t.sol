// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumbers} from "../src/INumbers.sol";
import {ContractWallet} from "./base/ContractWallet.sol";
import {NumbersTest} from "./base/NumbersTest.sol";

contract NumbersSaleTest is NumbersTest {
    function setUp() public override {
        super.setUp();
        claimAs(ALICE, NUMBER);
    }

    function test_list_changeCancel() public {
        vm.startPrank(ALICE);
        vm.expectEmit(address(numbers));
        emit INumbers.Listed(NUMBER, 1, 1 ether);
        numbers.list(NUMBER, 1 ether);
        vm.assertEq(numbers.lookup(NUMBER).price, 1 ether);
        numbers.list(NUMBER, 2 ether);
        vm.assertEq(numbers.lookup(NUMBER).price, 2 ether);
        vm.expectEmit(address(numbers));
        emit INumbers.Listed(NUMBER, 1, 0);
        numbers.cancel(NUMBER);
        vm.assertEq(numbers.lookup(NUMBER).price, 0);
    }

    function test_list_forNothing() public {
        vm.expectRevert(INumbers.NoPrice.selector);
        listAs(ALICE, NUMBER, 0);
    }

    function test_cancel_ofUnlisted() public {
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotListed.selector, NUMBER));
        vm.prank(ALICE);
        numbers.cancel(NUMBER);
    }

    function test_buy_movesNumberAndCreditsSeller() public {
        vm.prank(ALICE);
        numbers.setRecords(NUMBER, fullRecords());
        listAs(ALICE, NUMBER, 3 ether);
        vm.expectEmit(address(numbers));
        emit INumbers.Sold(NUMBER, ALICE, BOB, 3 ether);
        vm.prank(BOB);
        numbers.buy{value: 3 ether}(NUMBER);
        INumbers.Entry memory entry = numbers.lookup(NUMBER);
        vm.assertEq(entry.owner, BOB);
        vm.assertEq(entry.epoch, 2);
        vm.assertEq(entry.price, 0);
        vm.assertEq(entry.records.name, "");
        vm.assertEq(numbers.credit(ALICE), 3 ether);
        vm.assertEq(numbers.balanceOf(ALICE), 0);
        vm.assertEq(numbers.balanceOf(BOB), 1);
    }

    function test_buy_ofUnlistedOrUnclaimed() public {
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotListed.selector, NUMBER));
        vm.prank(BOB);
        numbers.buy{value: 1 ether}(NUMBER);
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotListed.selector, OTHER));
        vm.prank(BOB);
        numbers.buy{value: 1 ether}(OTHER);
    }

    /// @dev Keys of listings are epoch and number in one word: a token that does not exist must not be taken for both.
    function test_buy_ofATokenThatLooksLikeAKey() public {
        listAs(ALICE, NUMBER, 1 ether);
        uint256 key = (1 << 64) | NUMBER;
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotListed.selector, key));
        vm.prank(BOB);
        numbers.buy{value: 1 ether}(key);
        vm.assertEq(numbers.lookup(key).price, 0);
        vm.assertEq(numbers.lookup(NUMBER).price, 1 ether);
    }

    /// @dev A seller who changes the price while the buyer's transaction is under way gets nothing.
    function test_buy_atAnotherPrice() public {
        listAs(ALICE, NUMBER, 1 ether);
        for (uint256 sent = 1 ether - 1; sent <= 1 ether + 1; sent += 2) {
            vm.expectRevert(abi.encodeWithSelector(INumbers.WrongPayment.selector, sent, 1 ether));
            vm.prank(BOB);
            numbers.buy{value: sent}(NUMBER);
        }
    }

    function test_buy_twice() public {
        listAs(ALICE, NUMBER, 1 ether);
        vm.prank(BOB);
        numbers.buy{value: 1 ether}(NUMBER);
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotListed.selector, NUMBER));
        vm.prank(CAROL);
        numbers.buy{value: 1 ether}(NUMBER);
    }

    function test_buy_ofOnesOwn() public {
        listAs(ALICE, NUMBER, 1 ether);
        vm.prank(ALICE);
        numbers.buy{value: 1 ether}(NUMBER);
        vm.assertEq(numbers.epochOf(NUMBER), 2);
        vm.assertEq(numbers.credit(ALICE), 1 ether);
        vm.assertEq(numbers.balanceOf(ALICE), 1);
    }

    function test_buy_beyondWhatCreditHolds() public {
        uint96 most = type(uint96).max;
        claimAs(ALICE, OTHER);
        vm.deal(BOB, 2 * uint256(most));
        listAs(ALICE, NUMBER, most);
        listAs(ALICE, OTHER, 1);
        vm.startPrank(BOB);
        numbers.buy{value: most}(NUMBER);
        vm.assertEq(numbers.credit(ALICE), most);
        vm.expectRevert(abi.encodeWithSelector(INumbers.TooMuchCredit.selector, ALICE));
        numbers.buy{value: 1}(OTHER);
    }

    function test_withdraw_paysAllOnce() public {
        sell(3 ether);
        vm.expectEmit(address(numbers));
        emit INumbers.Paid(ALICE, CAROL, 3 ether);
        vm.prank(ALICE);
        numbers.withdraw(payable(CAROL));
        vm.assertEq(CAROL.balance, 1003 ether);
        vm.assertEq(numbers.credit(ALICE), 0);
        vm.expectRevert(abi.encodeWithSelector(INumbers.NothingDue.selector, ALICE));
        vm.prank(ALICE);
        numbers.withdraw(payable(CAROL));
    }

    function test_withdraw_toWhoDoesNotTakeIt_keepsTheCredit() public {
        sell(3 ether);
        ContractWallet wallet = new ContractWallet(ALICE);
        wallet.refuse(true, false);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(INumbers.PaymentRefused.selector, address(wallet)));
        numbers.withdraw(payable(address(wallet)));
        vm.expectRevert(abi.encodeWithSelector(INumbers.PaymentRefused.selector, address(0)));
        numbers.withdraw(payable(address(0)));
        vm.assertEq(numbers.credit(ALICE), 3 ether);
    }

    /// @dev A thief's wallet calls back while it is paid: there is nothing left to take.
    function test_withdraw_reentered() public {
        ContractWallet thief = new ContractWallet(CAROL);
        vm.prank(ALICE);
        numbers.transferFrom(ALICE, address(thief), NUMBER);
        vm.startPrank(CAROL);
        thief.execute(address(numbers), 0, abi.encodeCall(numbers.list, (NUMBER, 1 ether)));
        vm.stopPrank();
        vm.prank(BOB);
        numbers.buy{value: 1 ether}(NUMBER);
        thief.callBackWhenPaid(abi.encodeCall(numbers.withdraw, (payable(address(thief)))));
        vm.prank(CAROL);
        thief.execute(address(numbers), 0, abi.encodeCall(numbers.withdraw, (payable(address(thief)))));
        vm.assertFalse(thief.paidCallWorked());
        vm.assertEq(address(thief).balance, 1 ether);
        vm.assertEq(address(numbers).balance, numbers.fees());
    }

    function test_contractWallet_claimsSellsAndBuys() public {
        ContractWallet wallet = new ContractWallet(CAROL);
        vm.deal(address(wallet), 10 ether);
        vm.startPrank(CAROL);
        uint96 commitment = numbers.commitmentTo(one(OTHER), address(wallet), SECRET);
        wallet.execute(address(numbers), 0, abi.encodeCall(numbers.commit, (commitment)));
        vm.warp(block.timestamp + 60);
        wallet.execute(address(numbers), 1 ether >> 3, abi.encodeCall(numbers.claim, (one(OTHER), SECRET)));
        wallet.execute(address(numbers), 0, abi.encodeCall(numbers.list, (OTHER, 2 ether)));
        vm.stopPrank();
        vm.prank(BOB);
        numbers.buy{value: 2 ether}(OTHER);
        listAs(ALICE, NUMBER, 1 ether);
        vm.startPrank(CAROL);
        wallet.execute(address(numbers), 1 ether, abi.encodeCall(numbers.buy, (NUMBER)));
        wallet.execute(address(numbers), 0, abi.encodeCall(numbers.withdraw, (payable(address(wallet)))));
        vm.assertEq(numbers.ownerOf(NUMBER), address(wallet));
        vm.assertEq(address(wallet).balance, 11 ether - (1 ether >> 3));
    }

    function test_collect_isTheTreasurys() public {
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotTreasury.selector, ALICE));
        vm.prank(ALICE);
        numbers.collect(payable(ALICE));
        sell(3 ether);
        vm.startPrank(TREASURY);
        numbers.collect(payable(CAROL));
        vm.assertEq(CAROL.balance, 1000 ether + (1 ether >> 4));
        vm.assertEq(numbers.fees(), 0);
        vm.assertEq(address(numbers).balance, 3 ether, "the seller's stays");
        vm.expectRevert(abi.encodeWithSelector(INumbers.NothingDue.selector, TREASURY));
        numbers.collect(payable(CAROL));
    }

    function testFuzz_buy_atAnyPrice(uint96 price) public {
        vm.assume(price > 0);
        vm.deal(BOB, price);
        sell(price);
        vm.prank(ALICE);
        numbers.withdraw(payable(CAROL));
        vm.assertEq(CAROL.balance, 1000 ether + uint256(price));
    }

    function sell(uint96 price) private {
        listAs(ALICE, NUMBER, price);
        vm.prank(BOB);
        numbers.buy{value: price}(NUMBER);
    }
}
