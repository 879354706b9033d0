// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// Accepts one digest, whatever the signature (ERC-1271).
contract SmartAccount {
    bytes32 private immutable _accepted;

    constructor(bytes32 accepted) {
        _accepted = accepted;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == _accepted ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}
