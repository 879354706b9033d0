// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Telephone numbers
/// @notice A number is `+999` and 4 to 12 digits; its token id is the integer of all of them, 999 included. The right to
/// a number is `ownerOf`, now: every transfer, sale and claim begins a new epoch of the number, and records, listing and
/// approvals belong to the epoch they were made in. Nothing of a former owner can be read, bought or used after it.
/// @dev ERC-721 with metadata, and ERC-4906: `supportsInterface` says so because what it promises is kept. Its events are
/// to be emitted when the metadata of a token changes; `tokenURI` is of the digits alone and never changes, so none is ever
/// due, and whoever waits for one misses nothing. Only the owner itself changes records and listings; operators and approved
/// accounts move the token, as ERC-721 says, and no more.
interface INumbers {
    /// @notice Who may ring, as the owner wishes it. The phone honours it; the chain only keeps it.
    /// @param callers 0 everyone, 1 contacts and members of what the number calls, 2 proven names only, 3 nobody.
    /// @param bond What a stranger posts to ring, in the smallest unit of the coin; 0 is nothing.
    struct Policy {
        uint8 callers;
        uint96 bond;
    }

    /// @notice What an owner says of the number. Pointers are URLs (`ipfs:`, `https:`), each of at most 255 bytes.
    /// @param name The ENS name that this number claims. It counts only where the name claims the number too, which is
    /// its text record `etherlynk`; that half is ENS's to keep and the reader's to check.
    /// @param profile Where the public profile lies.
    /// @param lightLogin Where the light login's sealed part lies.
    /// @param blockList Where the sealed block list lies.
    /// @param blockRoot Merkle root of the block list, by which an entry is shown to be on it.
    /// @param routes Where calls go when the owner's phone does not take them: at most 1,024 bytes.
    struct Records {
        string name;
        string profile;
        string lightLogin;
        Policy policy;
        string blockList;
        bytes32 blockRoot;
        string routes;
    }

    /// @notice All that a caller needs, in one read. Of an unclaimed number everything is zero.
    /// @param epoch 1 after the claim, one more with every transfer.
    /// @param changedAt When the number last changed hands, in seconds since 1970, rounded down to 256 s.
    /// @param price What the number is listed at, in wei; 0 where it is not for sale.
    struct Entry {
        address owner;
        uint32 epoch;
        uint64 changedAt;
        uint96 price;
        Records records;
    }

    /// @notice ERC-4906: what `tokenURI` gives has changed. It is of the digits alone, so none of both is ever due.
    event MetadataUpdate(uint256 _tokenId);
    /// @notice ERC-4906, for many tokens.
    event BatchMetadataUpdate(uint256 _fromTokenId, uint256 _toTokenId);
    /// @notice Records of the number were changed by its owner, in this epoch.
    event RecordsChanged(uint256 indexed id, uint32 epoch);
    /// @notice The owner offers the number at this price until the epoch ends or the listing is changed; 0 takes it back.
    event Listed(uint256 indexed id, uint32 epoch, uint96 price);
    /// @notice The number was bought; the seller's credit grew by the price.
    event Sold(uint256 indexed id, address indexed seller, address indexed buyer, uint96 price);
    /// @notice Credit of a seller, or fees of the treasury, were paid out.
    event Paid(address indexed account, address indexed to, uint256 amount);

    /// @notice The integer is no telephone number: it is not 999 and 4 to 12 digits.
    error NotANumber(uint256 id);
    /// @notice Somebody owns this number already.
    error NumberTaken(uint256 id);
    /// @notice The caller does not own this number.
    error NotOwner(uint256 id, address caller);
    /// @notice A claim is of 1 to 50 numbers.
    error WrongCount(uint256 count);
    /// @notice The caller's commitment is to other numbers, or made with another secret, or there is none.
    error NotCommitted(address account);
    /// @notice The commitment is too young; it can be opened from this time on.
    error CommittedTooRecently(uint256 from);
    /// @notice The commitment is too old; commit again.
    error CommittedTooLongAgo(uint256 until);
    /// @notice The payment must be exactly what is due.
    error WrongPayment(uint256 sent, uint256 due);
    /// @notice The price must be above 0.
    error NoPrice();
    /// @notice The number is not for sale.
    error NotListed(uint256 id);
    /// @notice The text is longer than it may be.
    error TextTooLong(uint256 length, uint256 most);
    /// @notice There is nothing to pay out.
    error NothingDue(address account);
    /// @notice The recipient did not take the payment; name another.
    error PaymentRefused(address to);
    /// @notice Only the treasury may collect the fees.
    error NotTreasury(address caller);
    /// @notice The number has been moved more often than can be counted.
    error EpochsUsedUp(uint256 id);
    /// @notice Fees fall with every digit, and none is above 2^80 - 1 wei.
    error FeesOutOfOrder();
    /// @notice A contract without a treasury would keep its fees for ever.
    error NoTreasury();
    /// @notice Commitments must wait at least 1 s and less than a day.
    error WrongCommitAge(uint256 age);
    /// @notice The seller's credit would not fit; it must withdraw first.
    error TooMuchCredit(address seller);

    // Claiming

    /// @notice What claiming this number costs, in wei; fixed for ever. Says nothing of whether it is free.
    function fee(uint256 id) external view returns (uint256);

    /// @notice Which of these numbers nobody owns. What is no number is not free.
    function areFree(uint256[] calldata ids) external view returns (bool[] memory);

    /// @notice The commitment of an account to claim these numbers, hiding them behind a secret of 32 random bytes.
    function commitmentTo(uint256[] calldata ids, address account, bytes32 secret) external view returns (uint96);

    /// @notice Commits the caller to a claim. It can be opened after `minCommitAge` and within `MAX_COMMIT_AGE` seconds.
    /// @dev One commitment an account: a later one takes the place of the former. It lies in the slot that holds the
    /// account's balance, which the claim would have to create anyway; so it is nearly free.
    function commit(uint96 commitment) external;

    /// @notice The caller's open commitment and when it was made; zeros where there is none.
    function commitmentOf(address account) external view returns (uint96 commitment, uint32 madeAt);

    /// @notice Claims the numbers that the caller committed to, for the sum of their fees exactly.
    function claim(uint256[] calldata ids, bytes32 secret) external payable;

    /// @notice The seconds that must lie between commitment and claim.
    function minCommitAge() external view returns (uint32);

    // Records

    /// @notice Sets all records at once. Each of the setters below sets its part and leaves the others alone.
    function setRecords(uint256 id, Records calldata records) external;
    function setName(uint256 id, string calldata name) external;
    function setProfile(uint256 id, string calldata pointer) external;
    function setLightLogin(uint256 id, string calldata pointer) external;
    function setPolicy(uint256 id, Policy calldata policy) external;
    function setBlockList(uint256 id, string calldata pointer, bytes32 root) external;
    function setRoutes(uint256 id, string calldata routes) external;

    /// @notice All that a caller needs about one number.
    function lookup(uint256 id) external view returns (Entry memory);

    /// @notice The same for many; a reader asks for as many as its RPC carries.
    function lookups(uint256[] calldata ids) external view returns (Entry[] memory);

    /// @notice The number's epoch; 0 before its claim.
    function epochOf(uint256 id) external view returns (uint32);

    // Paging

    /// @notice The number claimed last, and how many are claimed.
    function newest() external view returns (uint256 id, uint256 count);

    /// @notice Up to `count` numbers in the order of their claims, youngest first, from `from` on (itself included);
    /// from the youngest where `from` is 0. Later claims do not move what is already paged.
    /// @return holdings One word a number: id in the upper 64 bits, epoch in the next 32, owner in the lower 160.
    /// @return next Where the next page begins; 0 where there is none.
    function range(uint256 from, uint256 count) external view returns (uint256[] memory holdings, uint256 next);

    // Selling

    /// @notice Offers the caller's number at a price, or changes the price.
    function list(uint256 id, uint96 price) external;

    /// @notice Takes the offer back.
    function cancel(uint256 id) external;

    /// @notice Buys a listed number at exactly its price. The seller is credited and nothing is called.
    function buy(uint256 id) external payable;

    /// @notice What sales earned an account and it has not withdrawn, in wei.
    function credit(address account) external view returns (uint256);

    /// @notice Pays the caller's whole credit to `to`.
    function withdraw(address payable to) external;

    // Treasury

    /// @notice The account that claims' fees belong to.
    function treasury() external view returns (address);

    /// @notice Fees not collected yet, in wei.
    function fees() external view returns (uint256);

    /// @notice Pays all fees to `to`; for the treasury only.
    function collect(address payable to) external;
}
