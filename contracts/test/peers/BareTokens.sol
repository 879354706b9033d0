// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC721 as OpenZeppelinERC721} from "openzeppelin/token/ERC721/ERC721.sol";
import {ERC721Enumerable} from "openzeppelin/token/ERC721/extensions/ERC721Enumerable.sol";
import {ERC721 as SoladyERC721} from "solady/tokens/ERC721.sol";

/// @notice The two libraries with nothing added, for `npm run bench -- gas`.
contract BareSolady is SoladyERC721 {
    function name() public pure override returns (string memory) {
        return "Bare";
    }

    function symbol() public pure override returns (string memory) {
        return "BARE";
    }

    function tokenURI(uint256) public pure override returns (string memory) {
        return "";
    }

    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}

contract BareOpenZeppelin is OpenZeppelinERC721("Bare", "BARE") {
    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}

/// @notice What the list of all numbers would cost in the usual way.
contract BareEnumerable is ERC721Enumerable {
    constructor() OpenZeppelinERC721("Bare", "BARE") {}

    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}
