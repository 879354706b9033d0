// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumbers} from "../src/INumbers.sol";
import {Numbers} from "../src/Numbers.sol";
import {ContractWallet} from "./base/ContractWallet.sol";
import {NumbersTest} from "./base/NumbersTest.sol";
import {Test} from "./base/Vm.sol";

/// @notice Four accounts, one of them a contract wallet, do whatever they like with six numbers; beside them runs a model
/// that knows nothing of slots, epochs in keys or lists in spare bits.
contract NumbersHandler is Test {
    struct Model {
        address owner;
        uint32 epoch;
        uint96 price;
        string name;
        address approved;
    }

    address private constant TREASURY = address(0x7EA);

    Numbers private immutable _numbers;
    address[4] public actors;
    uint256[6] public ids = [9_990_000, 99_912_345, 9_991_234_567, 99_912_345_678, 99_912_345_679, 999_999_999_999_999];
    mapping(uint256 => Model) private _models;
    uint256[] private _claimed;
    mapping(address => uint256) public credit;
    uint256 public fees;
    uint256 public wrongs;

    constructor(Numbers numbers_) {
        _numbers = numbers_;
        actors = [address(0xA11CE), address(0xB0B), address(0xCA401), address(new ContractWallet(address(0xDA4E)))];
        for (uint256 i; i < 4; ++i) {
            vm.deal(actors[i], 1e30);
        }
    }

    function claim(uint256 who, uint256 which, bytes32 secret) external {
        (address actor, uint256 id) = (actors[who % 4], ids[which % 6]);
        uint256[] memory list_ = new uint256[](1);
        list_[0] = id;
        uint96 commitment = _numbers.commitmentTo(list_, actor, secret);
        vm.startPrank(actor);
        _numbers.commit(commitment);
        vm.warp(vm.getBlockTimestamp() + 60);
        uint256 due = _numbers.fee(id);
        try _numbers.claim{value: due}(list_, secret) {
            if (_models[id].owner != address(0)) ++wrongs;
            _models[id].owner = actor;
            _models[id].epoch = 1;
            _claimed.push(id);
            fees += due;
        } catch {
            if (_models[id].owner == address(0)) ++wrongs;
        }
        vm.stopPrank();
    }

    function list(uint256 who, uint256 which, uint96 price) external {
        (address actor, uint256 id) = (actors[who % 4], ids[which % 6]);
        price = uint96(within(price, 1, 1e24));
        vm.prank(actor);
        try _numbers.list(id, price) {
            expectOwner(actor, id);
            _models[id].price = price;
        } catch {}
    }

    function cancel(uint256 who, uint256 which) external {
        (address actor, uint256 id) = (actors[who % 4], ids[which % 6]);
        vm.prank(actor);
        try _numbers.cancel(id) {
            expectOwner(actor, id);
            if (_models[id].price == 0) ++wrongs;
            _models[id].price = 0;
        } catch {}
    }

    /// @dev Pays what the model says, so a listing that survived its owner would be found here.
    function buy(uint256 who, uint256 which, uint96 paid) external {
        (address actor, uint256 id) = (actors[who % 4], ids[which % 6]);
        uint96 price = _models[id].price;
        if (price == 0) price = uint96(within(paid, 1, 1e24));
        vm.prank(actor);
        try _numbers.buy{value: price}(id) {
            if (_models[id].price != price) ++wrongs;
            credit[_models[id].owner] += price;
            move(id, actor);
        } catch {
            if (_models[id].price == price) ++wrongs;
        }
    }

    function transfer(uint256 who, uint256 which, uint256 whom, bool safe) external {
        (address actor, uint256 id, address to) = (actors[who % 4], ids[which % 6], actors[whom % 4]);
        Model storage model = _models[id];
        address from = model.owner;
        bool allowed = actor == from || actor == model.approved;
        vm.prank(actor);
        (bool moved,) = address(_numbers)
            .call(
                safe
                    ? abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", from, to, id)
                    : abi.encodeCall(_numbers.transferFrom, (from, to, id))
            );
        if (moved != (allowed && from != address(0))) ++wrongs;
        if (moved) move(id, to);
    }

    function approve(uint256 who, uint256 which, uint256 whom) external {
        (address actor, uint256 id, address to) = (actors[who % 4], ids[which % 6], actors[whom % 4]);
        vm.prank(actor);
        try _numbers.approve(to, id) {
            expectOwner(actor, id);
            _models[id].approved = to;
        } catch {}
    }

    function setName(uint256 who, uint256 which, string calldata name) external {
        (address actor, uint256 id) = (actors[who % 4], ids[which % 6]);
        vm.prank(actor);
        try _numbers.setName(id, name) {
            expectOwner(actor, id);
            _models[id].name = name;
        } catch {}
    }

    function withdraw(uint256 who) external {
        address actor = actors[who % 4];
        uint256 before = actor.balance;
        vm.prank(actor);
        try _numbers.withdraw(payable(actor)) {
            if (actor.balance - before != credit[actor]) ++wrongs;
            credit[actor] = 0;
        } catch {
            if (credit[actor] != 0) ++wrongs;
        }
    }

    function collect(uint256 who) external {
        vm.prank(who % 2 == 0 ? TREASURY : actors[who % 4]);
        try _numbers.collect(payable(TREASURY)) {
            if (who % 2 != 0) ++wrongs;
            fees = 0;
        } catch {}
    }

    function modelOf(uint256 id) external view returns (Model memory) {
        return _models[id];
    }

    function claimed() external view returns (uint256[] memory) {
        return _claimed;
    }

    function move(uint256 id, address to) private {
        _models[id] = Model(to, _models[id].epoch + 1, 0, "", address(0));
    }

    function expectOwner(address actor, uint256 id) private {
        if (_models[id].owner != actor) ++wrongs;
    }
}

contract NumbersInvariantTest is NumbersTest {
    NumbersHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new NumbersHandler(numbers);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_noFundsAreStuckOrOwedTwice() public view {
        uint256 owed = numbers.fees();
        vm.assertEq(owed, handler.fees());
        for (uint256 i; i < 4; ++i) {
            vm.assertEq(numbers.credit(handler.actors(i)), handler.credit(handler.actors(i)));
            owed += numbers.credit(handler.actors(i));
        }
        vm.assertEq(address(numbers).balance, owed);
    }

    function invariant_nothingOfAnOldOwnerSurvives() public view {
        vm.assertEq(handler.wrongs(), 0);
        for (uint256 i; i < 6; ++i) {
            uint256 id = handler.ids(i);
            NumbersHandler.Model memory model = handler.modelOf(id);
            INumbers.Entry memory entry = numbers.lookup(id);
            INumbers.Entry memory expected;
            (expected.owner, expected.epoch, expected.price) = (model.owner, model.epoch, model.price);
            expected.records.name = model.name;
            expected.changedAt = entry.changedAt;
            vm.assertEq(abi.encode(entry), abi.encode(expected));
            if (model.owner != address(0)) vm.assertEq(numbers.getApproved(id), model.approved);
        }
    }

    function invariant_pagesHoldEveryNumberOnce() public view {
        uint256[] memory claimed = handler.claimed();
        (, uint256 count) = numbers.newest();
        vm.assertEq(count, claimed.length);
        (uint256[] memory page, uint256 next) = numbers.range(0, 2);
        uint256 left = claimed.length;
        while (page.length > 0) {
            for (uint256 i; i < page.length; ++i) {
                NumbersHandler.Model memory model = handler.modelOf(claimed[--left]);
                vm.assertEq(page[i], (claimed[left] << 192) | (uint256(model.epoch) << 160) | uint160(model.owner));
            }
            if (next == 0) break;
            (page, next) = numbers.range(next, 2);
        }
        vm.assertEq(left, 0);
    }

    function invariant_balancesAreTheNumbersOwned() public view {
        uint256 sum;
        for (uint256 i; i < 4; ++i) {
            sum += numbers.balanceOf(handler.actors(i));
        }
        vm.assertEq(sum, handler.claimed().length);
    }
}
