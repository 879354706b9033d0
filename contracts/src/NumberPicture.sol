// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";
import {NumberText} from "./NumberText.sol";

/// @notice What wallets and markets show of a number: a dial, its finger holes lit where the number needs them, over a
/// plate with the number in groups. The colour is the number's own, so that two alike are told apart.
library NumberPicture {
    // Centres of the holes 0 to 9, three digits of x and three of y.
    bytes private constant HOLES = "397293368128310107250118203157182215193275232322290343350332";

    /// @dev Of the digits alone. A name here would be a claim that nobody proved, in a shop window; and what a transfer
    /// voids would have to be announced by each transfer (ERC-4906).
    function toTokenUri(uint256 id) internal pure returns (string memory) {
        bytes memory json = abi.encodePacked(
            '{"name":"',
            NumberText.format(id),
            '","description":"A telephone number. Whoever owns it is reached under it, from the next call on.",',
            '"image":"data:image/svg+xml;base64,',
            Base64.encode(bytes(toSvg(id))),
            '","attributes":[{"trait_type":"Digits","display_type":"number","value":',
            LibString.toString(NumberText.digits(id)),
            "}]}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(json));
    }

    function toSvg(uint256 id) internal pure returns (string memory) {
        string memory text = NumberText.format(id);
        return string(
            abi.encodePacked(
                '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" role="img" aria-label="',
                text,
                '"><style>text{font-family:ui-monospace,Menlo,Consolas,monospace;text-anchor:middle;font-weight:600}</style>',
                toBody(id),
                toDial(id),
                toPlate(text)
            )
        );
    }

    function toBody(uint256 id) private pure returns (string memory) {
        string memory hue = LibString.toString(uint256(keccak256(abi.encode(id))) % 360);
        return string.concat(
            '<rect width="600" height="600" fill="hsl(',
            hue,
            ',42%,20%)"/><rect x="14" y="14" width="572" height="572" rx="34" fill="none" stroke="hsl(',
            hue,
            ',40%,42%)" stroke-width="3"/><circle cx="300" cy="225" r="178" fill="hsl(',
            hue,
            ',38%,13%)"/><circle cx="300" cy="225" r="164" fill="hsl(',
            hue,
            ',36%,30%)"/>'
        );
    }

    function toDial(uint256 id) private pure returns (bytes memory dial) {
        uint256 used = digitsUsed(id);
        for (uint256 digit; digit < 10; ++digit) {
            bool lit = used & (1 << digit) != 0;
            string memory x = cut(digit * 6);
            string memory y = cut(digit * 6 + 3);
            dial = abi.encodePacked(
                dial,
                '<circle cx="',
                x,
                '" cy="',
                y,
                '" r="27" fill="#',
                lit ? "f6efdc" : "1b1b1b",
                '"/><text font-size="26" x="',
                x,
                '" y="',
                y,
                '" dy="9" fill="#',
                lit ? "1b1b1b" : "8f8a7e",
                '">',
                LibString.toString(digit),
                "</text>"
            );
        }
        // The finger stop, and the card in the middle.
        return abi.encodePacked(
            dial,
            '<path d="M452 243l-52-8" stroke="#c9c2b0" stroke-width="9" stroke-linecap="round"/>',
            '<circle cx="300" cy="225" r="62" fill="#f6efdc"/><text font-size="38" x="300" y="238" fill="#1b1b1b">999</text>'
        );
    }

    /// @dev One line of at most 19 characters, 0.6 em each, within the 516 units of the frame.
    function toPlate(string memory text) private pure returns (string memory) {
        uint256 size = 800 / bytes(text).length;
        return string.concat(
            '<rect x="34" y="438" width="532" height="112" rx="18" fill="#f6efdc"/><rect x="42" y="446" width="516" height="96" rx="12" fill="none" stroke="#1b1b1b" stroke-width="2"/><text font-size="',
            LibString.toString(size > 72 ? 72 : size),
            '" x="300" y="494" dy=".35em" fill="#1b1b1b">',
            text,
            "</text></svg>"
        );
    }

    /// @dev One bit for each digit that is dialled; +999 is on the card.
    function digitsUsed(uint256 id) private pure returns (uint256 used) {
        for (uint256 left = NumberText.digits(id); left > 0; --left) {
            used |= 1 << (id % 10);
            id /= 10;
        }
    }

    function cut(uint256 start) private pure returns (string memory) {
        return string(abi.encodePacked(HOLES[start], HOLES[start + 1], HOLES[start + 2]));
    }
}
