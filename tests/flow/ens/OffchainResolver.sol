// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// A resolver of ENSIP-10 that keeps nothing: a gateway says it all and signs for it. Its parent's children too.
contract OffchainResolver {
    error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callbackFunction, bytes extraData);

    address private immutable _signer;
    string[] private _urls;
    /// Gateways that one answer passes.
    uint256 private immutable _hops;
    /// Whom it claims to be: itself, when it is honest.
    address private immutable _sender;

    constructor(address signer, string[] memory urls, uint256 hops, address sender) {
        (_signer, _urls, _hops) = (signer, urls, hops);
        _sender = sender == address(0) ? address(this) : sender;
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x9061b923 || id == 0x01ffc9a7;
    }

    function resolve(bytes calldata name, bytes calldata call) external view returns (bytes memory) {
        ask(abi.encode(name, call), 1);
    }

    function answered(bytes calldata response, bytes calldata extraData) external view returns (bytes memory) {
        (bytes memory question, uint256 hop) = abi.decode(extraData, (bytes, uint256));
        (bytes memory result, uint8 v, bytes32 r, bytes32 s) =
            abi.decode(response, (bytes, uint8, bytes32, bytes32));
        require(ecrecover(keccak256(abi.encode(question, result)), v, r, s) == _signer, "not signed");
        if (hop < _hops) ask(question, hop + 1);
        return result;
    }

    function ask(bytes memory question, uint256 hop) private view {
        revert OffchainLookup(_sender, _urls, question, this.answered.selector, abi.encode(question, hop));
    }
}
