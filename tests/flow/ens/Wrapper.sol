// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// Owns a node in the registry for its holder, as ENS's NameWrapper does.
contract Wrapper {
    uint256 private immutable _node;
    address private immutable _holder;

    constructor(bytes32 node, address holder) {
        (_node, _holder) = (uint256(node), holder);
    }

    function ownerOf(uint256 id) external view returns (address) {
        return id == _node ? _holder : address(0);
    }
}
