// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC721} from "solady/tokens/ERC721.sol";
import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";
import {INumbers} from "../src/INumbers.sol";
import {NumbersTest} from "./base/NumbersTest.sol";
import {Vm} from "./base/Vm.sol";

contract NumberPictureTest is NumbersTest {
    string private before;

    function test_tokenUri_ofUnclaimedNumber() public {
        vm.expectRevert(ERC721.TokenDoesNotExist.selector);
        numbers.tokenURI(NUMBER);
    }

    function test_tokenUri_hasNumberDigitsAndPicture() public {
        claimAs(ALICE, NUMBER);
        string memory json = readJson(NUMBER);
        vm.assertTrue(LibString.startsWith(json, '{"name":"+999 1234 5678",'), json);
        vm.assertTrue(LibString.contains(json, '"trait_type":"Digits","display_type":"number","value":8}]}'), json);
        string memory svg = readSvg(json);
        vm.assertTrue(LibString.startsWith(svg, '<svg xmlns="http://www.w3.org/2000/svg"'), svg);
        vm.assertTrue(LibString.endsWith(svg, ">+999 1234 5678</text></svg>"), svg);
    }

    /// @dev The texts of tests/vectors/chain-words.json, which protocol/number/number.ts writes too.
    function test_tokenUri_ofEveryLength_isGroupedAsPeopleReadIt() public {
        string memory vectors = vm.readFile("../tests/vectors/chain-words.json");
        for (uint256 i; i < 9; ++i) {
            string memory path = string.concat(".numbers[", LibString.toString(i), "]");
            uint256 id = vm.parseJsonUint(vectors, string.concat(path, ".id"));
            string memory text = vm.parseJsonString(vectors, string.concat(path, ".text"));
            claimAs(ALICE, id);
            string memory json = readJson(id);
            vm.assertTrue(LibString.startsWith(json, string.concat('{"name":"', text, '",')), json);
        }
    }

    /// @dev Each thing that anybody can do, one after another. ERC-4906's events are due when the metadata changes: so
    /// never, and `supportsInterface` may promise them all the same.
    function test_tokenUri_isTheSameWhateverIsDone() public {
        claimAs(ALICE, NUMBER);
        before = numbers.tokenURI(NUMBER);
        vm.recordLogs();
        vm.startPrank(ALICE);
        numbers.setRecords(NUMBER, fullRecords());
        expectSame("setRecords");
        numbers.setName(NUMBER, "bob.eth");
        expectSame("setName");
        numbers.setProfile(NUMBER, "ipfs://another");
        expectSame("setProfile");
        numbers.setLightLogin(NUMBER, "https://light.example/2");
        expectSame("setLightLogin");
        numbers.setPolicy(NUMBER, INumbers.Policy({callers: 3, bond: 1}));
        expectSame("setPolicy");
        numbers.setBlockList(NUMBER, "ipfs://none", keccak256("none"));
        expectSame("setBlockList");
        numbers.setRoutes(NUMBER, "");
        expectSame("setRoutes");
        numbers.list(NUMBER, 1 ether);
        expectSame("list");
        numbers.list(NUMBER, 2 ether);
        expectSame("change of the price");
        numbers.cancel(NUMBER);
        expectSame("cancel");
        numbers.list(NUMBER, 3 ether);
        vm.stopPrank();
        expectSameAfterItMoves();
        vm.assertEq(announcements(vm.getRecordedLogs()), 0);
    }

    function expectSameAfterItMoves() private {
        vm.prank(BOB);
        numbers.buy{value: 3 ether}(NUMBER);
        expectSame("buy");
        vm.prank(ALICE);
        numbers.withdraw(payable(ALICE));
        expectSame("withdraw");
        vm.startPrank(BOB);
        numbers.approve(CAROL, NUMBER);
        expectSame("approve");
        numbers.setApprovalForAll(CAROL, true);
        expectSame("setApprovalForAll");
        numbers.transferFrom(BOB, BOB, NUMBER);
        expectSame("transferFrom to oneself");
        numbers.safeTransferFrom(BOB, ALICE, NUMBER);
        vm.stopPrank();
        expectSame("safeTransferFrom");
        claimAs(ALICE, OTHER);
        expectSame("another claim");
        vm.prank(TREASURY);
        numbers.collect(payable(TREASURY));
        expectSame("collect");
    }

    function expectSame(string memory what) private view {
        vm.assertEq(numbers.tokenURI(NUMBER), before, what);
    }

    function announcements(Vm.Log[] memory logs) private pure returns (uint256 count) {
        for (uint256 i; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == INumbers.MetadataUpdate.selector || topic == INumbers.BatchMetadataUpdate.selector) ++count;
        }
    }

    function test_picture_lightsTheDigitsDialled() public {
        claimAs(ALICE, 9_997_070);
        string memory svg = readSvg(readJson(9_997_070));
        vm.assertTrue(LibString.contains(svg, 'cx="397" cy="293" r="27" fill="#f6efdc"'), "0 is lit");
        vm.assertTrue(LibString.contains(svg, 'cx="232" cy="322" r="27" fill="#f6efdc"'), "7 is lit");
        vm.assertTrue(LibString.contains(svg, 'cx="368" cy="128" r="27" fill="#1b1b1b"'), "1 is dark");
    }

    function readJson(uint256 id) private view returns (string memory) {
        string memory uri = numbers.tokenURI(id);
        string memory start = "data:application/json;base64,";
        vm.assertTrue(LibString.startsWith(uri, start), uri);
        return string(Base64.decode(LibString.slice(uri, bytes(start).length)));
    }

    function readSvg(string memory json) private pure returns (string memory) {
        string memory start = "data:image/svg+xml;base64,";
        uint256 from = LibString.indexOf(json, start) + bytes(start).length;
        return string(Base64.decode(LibString.slice(json, from, LibString.indexOf(json, '"', from))));
    }
}
