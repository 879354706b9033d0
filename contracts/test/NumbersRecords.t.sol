// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumbers} from "../src/INumbers.sol";
import {NumbersTest} from "./base/NumbersTest.sol";

contract NumbersRecordsTest is NumbersTest {
    function setUp() public override {
        super.setUp();
        claimAs(ALICE, NUMBER);
        vm.startPrank(ALICE);
    }

    function test_setRecords_setsAll() public {
        numbers.setRecords(NUMBER, fullRecords());
        vm.assertEq(abi.encode(numbers.lookup(NUMBER).records), abi.encode(fullRecords()));
    }

    function test_setters_changeOnlyTheirPart() public {
        INumbers.Records memory full = fullRecords();
        numbers.setName(NUMBER, full.name);
        vm.assertEq(numbers.lookup(NUMBER).records.name, full.name);
        numbers.setProfile(NUMBER, full.profile);
        vm.assertEq(numbers.lookup(NUMBER).records.profile, full.profile);
        numbers.setLightLogin(NUMBER, full.lightLogin);
        numbers.setPolicy(NUMBER, full.policy);
        numbers.setBlockList(NUMBER, full.blockList, full.blockRoot);
        vm.assertEq(numbers.lookup(NUMBER).records.routes, "");
        numbers.setRoutes(NUMBER, full.routes);
        vm.assertEq(abi.encode(numbers.lookup(NUMBER).records), abi.encode(full));
        numbers.setName(NUMBER, "");
        full.name = "";
        vm.assertEq(abi.encode(numbers.lookup(NUMBER).records), abi.encode(full));
    }

    function test_setters_tellOfIt() public {
        vm.expectEmit(address(numbers));
        emit INumbers.RecordsChanged(NUMBER, 1);
        numbers.setName(NUMBER, "alice.eth");
        vm.expectEmit(address(numbers));
        emit INumbers.RecordsChanged(NUMBER, 1);
        numbers.setProfile(NUMBER, "ipfs://x");
        vm.expectEmit(address(numbers));
        emit INumbers.RecordsChanged(NUMBER, 1);
        numbers.setRecords(NUMBER, fullRecords());
    }

    /// @dev Not even an operator, who may move the number, may speak for it.
    function test_setters_byAnotherThanTheOwner() public {
        numbers.setApprovalForAll(BOB, true);
        numbers.approve(BOB, NUMBER);
        vm.stopPrank();
        vm.startPrank(BOB);
        bytes memory refusal = abi.encodeWithSelector(INumbers.NotOwner.selector, NUMBER, BOB);
        vm.expectRevert(refusal);
        numbers.setRecords(NUMBER, fullRecords());
        vm.expectRevert(refusal);
        numbers.setName(NUMBER, "bob.eth");
        vm.expectRevert(refusal);
        numbers.setProfile(NUMBER, "x");
        vm.expectRevert(refusal);
        numbers.setLightLogin(NUMBER, "x");
        vm.expectRevert(refusal);
        numbers.setPolicy(NUMBER, INumbers.Policy(3, 0));
        vm.expectRevert(refusal);
        numbers.setBlockList(NUMBER, "x", 0);
        vm.expectRevert(refusal);
        numbers.setRoutes(NUMBER, "x");
        vm.expectRevert(refusal);
        numbers.list(NUMBER, 1);
        vm.expectRevert(refusal);
        numbers.cancel(NUMBER);
    }

    function test_setters_ofUnclaimedNumber() public {
        vm.expectRevert(abi.encodeWithSelector(INumbers.NotOwner.selector, OTHER, ALICE));
        numbers.setName(OTHER, "alice.eth");
    }

    function test_texts_areBounded() public {
        string memory tooLong = string(new bytes(256));
        bytes memory refusal = abi.encodeWithSelector(INumbers.TextTooLong.selector, 256, 255);
        vm.expectRevert(refusal);
        numbers.setName(NUMBER, tooLong);
        vm.expectRevert(refusal);
        numbers.setProfile(NUMBER, tooLong);
        vm.expectRevert(refusal);
        numbers.setLightLogin(NUMBER, tooLong);
        vm.expectRevert(refusal);
        numbers.setBlockList(NUMBER, tooLong, 0);
        vm.expectRevert(abi.encodeWithSelector(INumbers.TextTooLong.selector, 1025, 1024));
        numbers.setRoutes(NUMBER, string(new bytes(1025)));
        numbers.setRoutes(NUMBER, string(new bytes(1024)));
        numbers.setProfile(NUMBER, string(new bytes(255)));
    }

    function test_lookup_ofUnclaimedNumber() public view {
        INumbers.Entry memory nothing;
        vm.assertEq(abi.encode(numbers.lookup(OTHER)), abi.encode(nothing));
        vm.assertEq(numbers.epochOf(OTHER), 0);
    }

    function test_lookups_inTheOrderAsked() public {
        numbers.setName(NUMBER, "alice.eth");
        uint256[] memory ids = new uint256[](2);
        (ids[0], ids[1]) = (OTHER, NUMBER);
        INumbers.Entry[] memory entries = numbers.lookups(ids);
        vm.assertEq(entries[0].owner, address(0));
        vm.assertEq(entries[1].records.name, "alice.eth");
    }

    function testFuzz_records_areReadAsWritten(INumbers.Records calldata records) public {
        vm.assume(bytes(records.name).length < 256 && bytes(records.profile).length < 256);
        vm.assume(bytes(records.lightLogin).length < 256 && bytes(records.blockList).length < 256);
        vm.assume(bytes(records.routes).length <= 1024);
        numbers.setRecords(NUMBER, records);
        vm.assertEq(abi.encode(numbers.lookup(NUMBER).records), abi.encode(records));
    }
}
