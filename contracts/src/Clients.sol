// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EIP712} from "solady/utils/EIP712.sol";
import {DeviceKeys} from "./DeviceKeys.sol";
import {IClients} from "./IClients.sol";
import {Signatures} from "./Signatures.sol";
import {Words} from "./Words.sol";

/// @notice The client registrar: see IClients.
contract Clients is IClients, EIP712 {
    uint256 public constant MAX_TEXT = 255;
    uint256 public constant MAX_NODES = 4;
    uint256 public constant MAX_PROVIDERS = 8;
    uint256 public constant MAX_REVOKED = 16;

    // What protocol/words/delegation.ts allows of a delegation's times.
    uint256 private constant DELEGATION_LIFETIME = 366 days;
    uint256 private constant EARLY = 10 minutes;

    // An account in one slot, which every message reads and writes once:
    // 8 providers | 1 has direct details | 7 nodes | 8 newest and 8 oldest interface | 32 sequence | 32 epoch | 160 who first wrote before it
    uint256 private constant EPOCH = 160;
    uint256 private constant SEQUENCE = 192;
    uint256 private constant API_OLDEST = 224;
    uint256 private constant API_NEWEST = 232;
    uint256 private constant NODES = 240;
    uint256 private constant DIRECT = 1 << 247;
    uint256 private constant PROVIDERS = 248;
    uint256 private constant STANDING = (1 << 224) - 1;

    /// @dev `who` is provider | service << 160 | expiry << 168: one write instead of three.
    struct Agreed {
        uint256 who;
        bytes32 terms;
    }

    /// @dev What counts of it the account's slot says: most have no direct details, and never touch their slot.
    struct Details {
        string direct;
        string domain;
        Node[4] nodes;
        Agreed[8] agreed;
    }

    struct Writers {
        address newest;
        uint96 count;
    }

    Writers private _writers;
    mapping(address => uint256) private _accounts;
    mapping(address => Details) private _details;
    // By account and epoch (`_key`).
    mapping(uint256 => bytes32[]) private _revoked;

    /// @inheritdoc IClients
    function setEntry(Head calldata head, Entry calldata entry, bytes calldata signature, bytes[] calldata agreements)
        external
    {
        _check(entry);
        uint256 account = _accept(head, Words.hash(head, entry), signature);
        _checkAgreements(head.account, entry.providers, agreements);
        _accounts[head.account] = (account & STANDING) | _summary(entry);
        _write(_details[head.account], entry);
        emit EntryChanged(head.account, head.sequence);
    }

    /// @inheritdoc IClients
    function revokeDevice(Head calldata head, bytes32 device, bytes calldata signature) external {
        _accounts[head.account] = _accept(head, Words.hash(head, device), signature);
        bytes32[] storage revoked = _revoked[_key(head.account, head.epoch)];
        if (revoked.length == MAX_REVOKED) revert TooMany(MAX_REVOKED + 1, MAX_REVOKED);
        if (_contains(revoked, device)) revert AlreadyRevoked(device);
        revoked.push(device);
        emit DeviceRevoked(head.account, device);
    }

    /// @inheritdoc IClients
    function endEpoch(Head calldata head, bytes calldata signature) external {
        _accounts[head.account] = _accept(head, Words.hash(head), signature) + (1 << EPOCH);
        emit EpochBegun(head.account, head.epoch + 1);
    }

    /// @inheritdoc IClients
    function lookup(address account) public view returns (Client memory client) {
        uint256 kept = _accounts[account];
        client.account = account;
        client.epoch = uint32(kept >> EPOCH);
        client.sequence = uint32(kept >> SEQUENCE);
        client.revoked = _revoked[_key(account, client.epoch)];
        client.entry = _toEntry(kept, _details[account]);
    }

    /// @inheritdoc IClients
    function lookups(address[] calldata accounts) external view returns (Client[] memory clients) {
        clients = new Client[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            clients[i] = lookup(accounts[i]);
        }
    }

    /// @inheritdoc IClients
    function standing(address account, bytes32 device) public view returns (uint64 epoch, bool revoked) {
        epoch = uint32(_accounts[account] >> EPOCH);
        revoked = _contains(_revoked[_key(account, epoch)], device);
    }

    /// @inheritdoc IClients
    function newest() external view returns (address account, uint256 count) {
        return (_writers.newest, _writers.count);
    }

    /// @inheritdoc IClients
    function range(address from, uint256 count) external view returns (Client[] memory clients, address next) {
        next = from == address(0) ? _writers.newest : from;
        if (_accounts[next] == 0) return (clients, address(0));
        if (count > _writers.count) count = _writers.count;
        clients = new Client[](count);
        uint256 filled;
        for (; filled < count && next != address(0); ++filled) {
            clients[filled] = lookup(next);
            next = address(uint160(_accounts[next]));
        }
        // A page that reached the first account is shorter than was asked for.
        assembly ("memory-safe") {
            mstore(clients, filled)
        }
    }

    /// @inheritdoc IClients
    function thumbprint(bytes32 x, bytes32 y) external pure returns (bytes32) {
        return DeviceKeys.thumbprint(x, y);
    }

    /// @inheritdoc IClients
    function isFromDevice(
        Delegation calldata delegation,
        bytes calldata signature,
        uint32 scope,
        bytes32 digest,
        bytes32[2] calldata deviceSignature
    ) external view returns (bool) {
        if (!_isInTime(delegation) || scope == 0 || delegation.scopes & scope != scope) return false;
        bytes32[2] memory key = [delegation.signKeyX, delegation.signKeyY];
        (uint64 epoch, bool revoked) = standing(delegation.account, DeviceKeys.thumbprint(key[0], key[1]));
        if (revoked || delegation.accountEpoch != epoch) return false;
        return Signatures.isBy(delegation.account, Words.digest(delegation), signature)
            && DeviceKeys.isBy(key, digest, deviceSignature);
    }

    /// @dev A message counts if it is the account's, the next one, of the present epoch and in time. What is returned has
    /// its sequence moved on, and is for the caller to store. No account carries 2^32 messages.
    function _accept(Head calldata head, bytes32 structHash, bytes calldata signature)
        private
        returns (uint256 account)
    {
        account = _accounts[head.account];
        uint256 sequence = uint32(account >> SEQUENCE);
        uint256 epoch = uint32(account >> EPOCH);
        if (block.timestamp > head.deadline) revert DeadlinePassed(head.deadline);
        if (head.sequence != sequence) revert WrongSequence(uint64(sequence));
        if (head.epoch != epoch) revert WrongEpoch(uint64(epoch));
        if (!Signatures.isBy(head.account, _hashTypedData(structHash), signature)) revert NotSigned(head.account);
        if (sequence == 0) {
            account = uint160(_writers.newest);
            _writers.newest = head.account;
            ++_writers.count;
        }
        account += 1 << SEQUENCE;
    }

    function _check(Entry calldata entry) private pure {
        if (entry.apiOldest > entry.apiNewest) revert VersionsOutOfOrder();
        _checkText(entry.direct);
        _checkText(entry.domain);
        if (entry.nodes.length > MAX_NODES) revert TooMany(entry.nodes.length, MAX_NODES);
        if (entry.providers.length > MAX_PROVIDERS) revert TooMany(entry.providers.length, MAX_PROVIDERS);
        for (uint256 i; i < entry.nodes.length; ++i) {
            _checkText(entry.nodes[i].url);
        }
    }

    function _checkText(string calldata text) private pure {
        if (bytes(text).length > MAX_TEXT) revert TextTooLong(bytes(text).length, MAX_TEXT);
    }

    function _checkAgreements(address account, Provider[] calldata providers, bytes[] calldata agreements)
        private
        view
    {
        if (agreements.length != providers.length) revert WrongSignatures(agreements.length, providers.length);
        for (uint256 i; i < providers.length; ++i) {
            Provider calldata agreed = providers[i];
            if (agreed.expiry <= block.timestamp) revert AgreementEnded(agreed.provider, agreed.expiry);
            bytes32 digest = _hashTypedData(Words.hash(agreed, account));
            if (!Signatures.isBy(agreed.provider, digest, agreements[i])) revert NotAgreed(agreed.provider);
        }
    }

    /// @dev The upper part of the account's slot.
    function _summary(Entry calldata entry) private pure returns (uint256) {
        return (uint256(entry.apiOldest) << API_OLDEST) | (uint256(entry.apiNewest) << API_NEWEST)
            | (entry.nodes.length << NODES) | (bytes(entry.direct).length > 0 ? DIRECT : 0)
            | (entry.providers.length << PROVIDERS);
    }

    function _write(Details storage details, Entry calldata entry) private {
        if (bytes(entry.direct).length > 0) details.direct = entry.direct;
        details.domain = entry.domain;
        for (uint256 i; i < entry.nodes.length; ++i) {
            details.nodes[i] = entry.nodes[i];
        }
        for (uint256 i; i < entry.providers.length; ++i) {
            Provider calldata agreed = entry.providers[i];
            Agreed storage kept = details.agreed[i];
            kept.who = uint160(agreed.provider) | (uint256(agreed.service) << 160) | (uint256(agreed.expiry) << 168);
            kept.terms = agreed.terms;
        }
    }

    function _toEntry(uint256 account, Details storage details) private view returns (Entry memory entry) {
        entry.apiOldest = uint8(account >> API_OLDEST);
        entry.apiNewest = uint8(account >> API_NEWEST);
        if (account & DIRECT != 0) entry.direct = details.direct;
        entry.domain = details.domain;
        entry.nodes = new Node[]((account >> NODES) & 0x7f);
        for (uint256 i; i < entry.nodes.length; ++i) {
            entry.nodes[i] = details.nodes[i];
        }
        entry.providers = new Provider[](uint8(account >> PROVIDERS));
        for (uint256 i; i < entry.providers.length; ++i) {
            Agreed storage kept = details.agreed[i];
            uint256 who = kept.who;
            entry.providers[i] = Provider(address(uint160(who)), uint8(who >> 160), kept.terms, uint64(who >> 168));
        }
    }

    function _isInTime(Delegation calldata delegation) private view returns (bool) {
        uint256 issued = delegation.issued;
        uint256 expiry = delegation.expiry;
        return issued <= block.timestamp + EARLY && expiry > block.timestamp && expiry <= issued + DELEGATION_LIFETIME;
    }

    function _contains(bytes32[] storage list, bytes32 item) private view returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }

    function _key(address account, uint256 epoch) private pure returns (uint256) {
        return (epoch << 160) | uint160(account);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Etherlynk", "1");
    }
}
