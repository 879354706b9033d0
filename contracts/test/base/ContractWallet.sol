// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A smart account as they are: its owner's key signs for it (ERC-1271), and it calls whatever the owner wants.
contract ContractWallet {
    address private immutable _owner;
    bool public takesEther = true;
    bool public takesTokens = true;
    bytes private _whenPaid;
    bool public paidCallWorked;

    constructor(address owner) {
        _owner = owner;
    }

    receive() external payable {
        require(takesEther, "takes no ether");
        if (_whenPaid.length > 0) (paidCallWorked,) = msg.sender.call(_whenPaid);
    }

    function execute(address to, uint256 value, bytes calldata data) external returns (bytes memory) {
        require(msg.sender == _owner, "not the owner");
        (bool worked, bytes memory returned) = to.call{value: value}(data);
        if (!worked) {
            assembly {
                revert(add(returned, 0x20), mload(returned))
            }
        }
        return returned;
    }

    function refuse(bool ether_, bool tokens) external {
        takesEther = !ether_;
        takesTokens = !tokens;
    }

    /// @dev A thief's wallet: calls back into who pays it.
    function callBackWhenPaid(bytes calldata data) external {
        _whenPaid = data;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        address signer = ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
        return signer == _owner && signer != address(0) ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external view returns (bytes4) {
        require(takesTokens, "takes no tokens");
        return this.onERC721Received.selector;
    }
}
