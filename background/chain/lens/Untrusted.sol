// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// Calls to contracts that anybody may have written: they get so much gas, so much of what they return is looked at,
/// and what is no proper answer is none. Nothing they do reverts the reader.
library Untrusted {
    uint256 private constant GAS = 3_000_000;
    // What a creation returns ends at 24,576 bytes (EIP-170), and two of these have to fit beside the rest.
    uint256 private constant LONGEST = 6_144;
    uint256 private constant LONGEST_TEXT = 255;

    function ask(address to, bytes memory input) internal view returns (bool ok, bytes memory out) {
        if (to.code.length == 0) return (false, "");
        uint256 gasLimit = GAS;
        uint256 longest = LONGEST;
        assembly {
            ok := staticcall(gasLimit, to, add(input, 32), mload(input), 0, 0)
            let size := returndatasize()
            if gt(size, longest) { size := longest }
            out := mload(0x40)
            mstore(out, size)
            returndatacopy(add(out, 32), 0, size)
            mstore(0x40, add(out, and(add(size, 63), not(31))))
        }
    }

    function toAddress(bytes memory out) internal pure returns (address) {
        if (out.length < 32) return address(0);
        uint256 word = uint256(bytes32(out));
        return word >> 160 == 0 ? address(uint160(word)) : address(0);
    }

    /// Text that is longer than a name may be is no text.
    function toText(bytes memory out) internal pure returns (string memory) {
        bytes memory text = toBytes(out);
        return text.length > LONGEST_TEXT ? "" : string(text);
    }

    function toBytes(bytes memory out) internal pure returns (bytes memory inner) {
        if (out.length < 64) return "";
        uint256 offset;
        assembly {
            offset := mload(add(out, 32))
        }
        if (offset > out.length - 32) return "";
        uint256 size;
        assembly {
            size := mload(add(add(out, 32), offset))
        }
        if (size > out.length - 32 - offset) return "";
        inner = new bytes(size);
        for (uint256 i = 0; i < size; i += 32) {
            assembly {
                mstore(add(add(inner, 32), i), mload(add(add(add(out, 64), offset), i)))
            }
        }
    }
}
