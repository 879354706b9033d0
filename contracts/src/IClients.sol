// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The client registrar
/// @notice What an account says of itself as a telephone subscriber: where it is reached, whom it pays, and which of its
/// devices no longer speak for it. Changed only by an EIP-712 message that the account itself signed (EOA, also with
/// EIP-7702 code, or ERC-1271); a device cannot. Anyone may carry the message to the chain and pay its gas.
/// @dev The EIP-712 domain of changes and agreements is {name "Etherlynk", version "1", chainId, verifyingContract}; that
/// of delegations, which are no contract's, has no verifyingContract. The words are in `protocol/words/`.
interface IClients {
    /// @notice A node of the account's domain.
    /// @param url Where it listens: `wss://node.example:9001`, at most 255 bytes.
    /// @param key RFC 7638 SHA-256 thumbprint of the P-256 key that it must prove.
    struct Node {
        string url;
        bytes32 key;
    }

    /// @notice A provider of the account's, as the provider agreed to be.
    /// @param service 1 signal, 2 stun, 3 turn, 4 conference, 5 gateway, 6 voicemail, 7 archive.
    /// @param terms Hash of the terms that both have.
    /// @param expiry When the agreement ends, in seconds since 1970. The reader looks at its clock.
    struct Provider {
        address provider;
        uint8 service;
        bytes32 terms;
        uint64 expiry;
    }

    /// @notice What an account may say. Order of nodes and providers is the account's preference.
    /// @param apiOldest The oldest version of the interface that its devices speak, and `apiNewest` the newest.
    /// @param direct How to reach it without any provider, where it wishes so; at most 255 bytes.
    /// @param domain The domain its nodes are of: `node.example`; at most 255 bytes.
    /// @param nodes At most 4.
    /// @param providers At most 8.
    struct Entry {
        uint8 apiOldest;
        uint8 apiNewest;
        string direct;
        string domain;
        Node[] nodes;
        Provider[] providers;
    }

    /// @notice An account as it stands.
    /// @param epoch Of the account: delegations of another epoch are void. 0 until it first ends one.
    /// @param sequence Which number the next message must bear; 0 of an account that never wrote any.
    /// @param revoked Thumbprints of the devices revoked in this epoch, at most 16.
    struct Client {
        address account;
        uint64 epoch;
        uint64 sequence;
        bytes32[] revoked;
        Entry entry;
    }

    /// @notice What stands before the matter in each message. Signed fields, in this order.
    /// @param sequence The account's present sequence: a message counts once.
    /// @param epoch The account's present epoch.
    /// @param deadline Until when it may be carried to the chain, in seconds since 1970.
    struct Head {
        address account;
        uint64 sequence;
        uint64 epoch;
        uint64 deadline;
    }

    /// @notice The wallet's word that a device may act for its account (protocol/words/delegation.ts).
    struct Delegation {
        address account;
        bytes32 signKeyX;
        bytes32 signKeyY;
        bytes32 sealKeyX;
        bytes32 sealKeyY;
        uint32 scopes;
        uint64 accountEpoch;
        uint64 issued;
        uint64 expiry;
    }

    /// @notice The account's entry was replaced.
    event EntryChanged(address indexed account, uint64 sequence);
    /// @notice A device speaks for the account no longer.
    event DeviceRevoked(address indexed account, bytes32 indexed device);
    /// @notice All delegations of earlier epochs are void.
    event EpochBegun(address indexed account, uint64 epoch);

    /// @notice The message is not signed by the account.
    error NotSigned(address account);
    /// @notice The message bears another sequence number than this, which is due.
    error WrongSequence(uint64 due);
    /// @notice The message was signed in another epoch of the account than this one.
    error WrongEpoch(uint64 present);
    /// @notice The message came too late.
    error DeadlinePassed(uint64 deadline);
    /// @notice The provider did not sign the agreement, or signed another.
    error NotAgreed(address provider);
    /// @notice The agreement has ended already.
    error AgreementEnded(address provider, uint64 expiry);
    /// @notice There is one signature for each provider.
    error WrongSignatures(uint256 given, uint256 due);
    /// @notice The list is longer than it may be.
    error TooMany(uint256 length, uint256 most);
    /// @notice The text is longer than it may be.
    error TextTooLong(uint256 length, uint256 most);
    /// @notice The oldest interface version is above the newest.
    error VersionsOutOfOrder();
    /// @notice The device is revoked already.
    error AlreadyRevoked(bytes32 device);

    /// @notice Replaces the account's entry.
    /// @param signature The account's, of
    /// `ClientEntry(address account,uint64 sequence,uint64 epoch,uint64 deadline,uint8 apiOldest,uint8 apiNewest,string direct,string domain,Node[] nodes,Provider[] providers)`.
    /// @param agreements For each provider its signature of
    /// `Agreement(address provider,address account,uint8 service,bytes32 terms,uint64 expiry)`. They are checked here and
    /// not stored: what stands in an entry was agreed.
    function setEntry(Head calldata head, Entry calldata entry, bytes calldata signature, bytes[] calldata agreements)
        external;

    /// @notice Revokes one device of this epoch.
    /// @param signature The account's, of
    /// `DeviceRevocation(address account,uint64 sequence,uint64 epoch,uint64 deadline,bytes32 device)`.
    function revokeDevice(Head calldata head, bytes32 device, bytes calldata signature) external;

    /// @notice Ends the account's epoch: every delegation so far is void, and the list of revoked devices begins anew.
    /// @param signature The account's, of `EpochEnd(address account,uint64 sequence,uint64 epoch,uint64 deadline)`.
    function endEpoch(Head calldata head, bytes calldata signature) external;

    /// @notice The account as it stands; zeros and empty lists where it never wrote.
    function lookup(address account) external view returns (Client memory);

    /// @notice The same for many.
    function lookups(address[] calldata accounts) external view returns (Client[] memory);

    /// @notice Epoch of an account, and whether it revoked this device: what must be known to admit a delegation.
    function standing(address account, bytes32 device) external view returns (uint64 epoch, bool revoked);

    /// @notice The account that first wrote last, and how many wrote.
    function newest() external view returns (address account, uint256 count);

    /// @notice Up to `count` accounts, those that first wrote last first, from `from` on (itself included); from the
    /// youngest where `from` is 0.
    /// @return clients The accounts as they stand.
    /// @return next Where the next page begins; 0 where there is none.
    function range(address from, uint256 count) external view returns (Client[] memory clients, address next);

    /// @notice RFC 7638 thumbprint of a P-256 key: how devices and nodes are called.
    function thumbprint(bytes32 x, bytes32 y) external view returns (bytes32);

    /// @notice Whether a device speaks for its account, now and in this matter: the delegation is signed by the account,
    /// of its epoch, in its time, not revoked, holds the scope, and the device signed the digest (P-256, low or high s).
    /// @dev EIP-7951's precompile verifies where the chain has it, Solidity where it does not.
    function isFromDevice(
        Delegation calldata delegation,
        bytes calldata signature,
        uint32 scope,
        bytes32 digest,
        bytes32[2] calldata deviceSignature
    ) external view returns (bool);
}
