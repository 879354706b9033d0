// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {P256} from "openzeppelin/utils/cryptography/P256.sol";
import {Base64} from "solady/utils/Base64.sol";

/// @notice Keys of devices and nodes: P-256, as WebCrypto makes them.
library DeviceKeys {
    /// @notice RFC 7638 §3: SHA-256 of the key as JSON, members in order.
    function thumbprint(bytes32 x, bytes32 y) internal pure returns (bytes32) {
        return
            sha256(abi.encodePacked('{"crv":"P-256","kty":"EC","x":"', toBase64Url(x), '","y":"', toBase64Url(y), '"}'));
    }

    /// @notice Whether a key signed 32 bytes: by EIP-7951's precompile, or in Solidity where the chain has none.
    function isBy(bytes32[2] memory key, bytes32 digest, bytes32[2] calldata signature) internal view returns (bool) {
        uint256 s = uint256(signature[1]);
        // WebCrypto gives either s; both are the same signature. What counts once has a sequence, not a signature.
        if (s > P256.N / 2 && s < P256.N) s = P256.N - s;
        return P256.verify(digest, signature[0], bytes32(s), key[0], key[1]);
    }

    function toBase64Url(bytes32 coordinate) private pure returns (string memory) {
        return Base64.encode(bytes.concat(coordinate), true, true);
    }
}
