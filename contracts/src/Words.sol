// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClients} from "./IClients.sol";

/// @notice EIP-712 struct hashes of the words that `protocol/words/` defines and contracts read; tests/vectors/chain-words.json
/// holds both to the same bytes.
library Words {
    bytes32 private constant NODE = keccak256("Node(string url,bytes32 key)");
    bytes32 private constant PROVIDER =
        keccak256("Provider(address provider,uint8 service,bytes32 terms,uint64 expiry)");
    bytes32 private constant CLIENT_ENTRY = keccak256(
        "ClientEntry(address account,uint64 sequence,uint64 epoch,uint64 deadline,uint8 apiOldest,uint8 apiNewest,string direct,string domain,Node[] nodes,Provider[] providers)Node(string url,bytes32 key)Provider(address provider,uint8 service,bytes32 terms,uint64 expiry)"
    );
    bytes32 private constant AGREEMENT =
        keccak256("Agreement(address provider,address account,uint8 service,bytes32 terms,uint64 expiry)");
    bytes32 private constant DEVICE_REVOCATION =
        keccak256("DeviceRevocation(address account,uint64 sequence,uint64 epoch,uint64 deadline,bytes32 device)");
    bytes32 private constant EPOCH_END =
        keccak256("EpochEnd(address account,uint64 sequence,uint64 epoch,uint64 deadline)");
    bytes32 private constant DELEGATION = keccak256(
        "Delegation(address account,bytes32 signKeyX,bytes32 signKeyY,bytes32 sealKeyX,bytes32 sealKeyY,uint32 scopes,uint64 accountEpoch,uint64 issued,uint64 expiry)"
    );
    bytes32 private constant PLAIN_DOMAIN = keccak256("EIP712Domain(string name,string version,uint256 chainId)");

    function hash(IClients.Head calldata head, IClients.Entry calldata entry) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                CLIENT_ENTRY,
                head.account,
                head.sequence,
                head.epoch,
                head.deadline,
                entry.apiOldest,
                entry.apiNewest,
                keccak256(bytes(entry.direct)),
                keccak256(bytes(entry.domain)),
                hash(entry.nodes),
                hash(entry.providers)
            )
        );
    }

    function hash(IClients.Provider calldata agreed, address account) internal pure returns (bytes32) {
        return keccak256(abi.encode(AGREEMENT, agreed.provider, account, agreed.service, agreed.terms, agreed.expiry));
    }

    function hash(IClients.Head calldata head, bytes32 device) internal pure returns (bytes32) {
        return keccak256(abi.encode(DEVICE_REVOCATION, head.account, head.sequence, head.epoch, head.deadline, device));
    }

    function hash(IClients.Head calldata head) internal pure returns (bytes32) {
        return keccak256(abi.encode(EPOCH_END, head.account, head.sequence, head.epoch, head.deadline));
    }

    /// @notice What the wallet signed of a delegation, domain included: it is no contract's, so that devices are allowed
    /// before there is any.
    function digest(IClients.Delegation calldata delegation) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(PLAIN_DOMAIN, keccak256("Etherlynk"), keccak256("1"), block.chainid));
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(DELEGATION, delegation))));
    }

    function hash(IClients.Node[] calldata nodes) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](nodes.length);
        for (uint256 i; i < nodes.length; ++i) {
            hashes[i] = keccak256(abi.encode(NODE, keccak256(bytes(nodes[i].url)), nodes[i].key));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function hash(IClients.Provider[] calldata providers) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](providers.length);
        for (uint256 i; i < providers.length; ++i) {
            hashes[i] = keccak256(abi.encode(PROVIDER, providers[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
