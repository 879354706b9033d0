// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LibString} from "solady/utils/LibString.sol";

/// @notice A number's digits: how many, in what groups, and packed into 44 bits.
library NumberText {
    /// @notice How many digits stand behind +999; 0 where the integer is no number.
    function digits(uint256 id) internal pure returns (uint256) {
        // Long numbers are the usual ones, so they are found first.
        for (uint256 count = 12; count >= 4; --count) {
            if (id / 10 ** count == 999) return count;
        }
        return 0;
    }

    /// @notice A number in 44 bits: count of digits, then their value in 40. Never 0.
    function pack(uint256 id, uint256 count) internal pure returns (uint256) {
        return (count << 40) | (id - 999 * 10 ** count);
    }

    /// @notice The number that was packed; 0 of 0.
    function unpack(uint256 packed) internal pure returns (uint256) {
        return packed == 0 ? 0 : 999 * 10 ** (packed >> 40) + (packed & 0xffffffffff);
    }

    /// @notice `+999 1234 5678`: in groups of three and four, as `protocol/number/number.ts` writes it.
    function format(uint256 id) internal pure returns (string memory text) {
        string memory all = LibString.toString(id);
        bytes memory sizes = groups(bytes(all).length - 3);
        text = "+999";
        uint256 start = 3;
        for (uint256 i; i < sizes.length; ++i) {
            uint256 size = uint8(sizes[i]);
            text = string.concat(text, " ", LibString.slice(all, start, start + size));
            start += size;
        }
    }

    /// @dev By count of digits, 4 to 12.
    function groups(uint256 count) private pure returns (bytes memory) {
        if (count == 4) return hex"04";
        if (count == 5) return hex"0203";
        if (count == 6) return hex"0303";
        if (count == 7) return hex"0304";
        if (count == 8) return hex"0404";
        if (count == 9) return hex"030303";
        if (count == 10) return hex"030304";
        if (count == 11) return hex"030404";
        return hex"040404";
    }
}
