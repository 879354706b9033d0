// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC721} from "solady/tokens/ERC721.sol";
import {INumbers} from "./INumbers.sol";
import {NumberPicture} from "./NumberPicture.sol";
import {NumberText} from "./NumberText.sol";

/// @notice Telephone numbers as tokens: see INumbers.
contract Numbers is INumbers, ERC721 {
    uint256 public constant MAX_COMMIT_AGE = 1 days;
    uint256 public constant MAX_CLAIM = 50;
    uint256 public constant MAX_TEXT = 255;
    uint256 public constant MAX_ROUTES = 1024;

    // The 96 bits beside the owner: what a transfer changes lies in the slot it writes anyway.
    // 28 epoch | 24 time of the last change of hands in units of 256 s | 44 the number claimed before it
    uint256 private constant PREVIOUS = (1 << 44) - 1;
    uint256 private constant CHANGED_AT = 44;
    uint256 private constant EPOCH = 68;
    uint256 private constant MAX_EPOCH = (1 << 28) - 1;
    // The same in the whole slot; assembly takes nothing computed. What is kept is owner and PREVIOUS.
    uint256 private constant _EPOCH_IN_SLOT = 228;
    uint256 private constant _CHANGED_AT_IN_SLOT = 204;
    uint256 private constant _KEPT_IN_SLOT = 0xfffffffffffffffffffffffffffffffffffffffffffffffffff;
    // Where Solady's ERC721 keeps owner and extra data, as its documentation says.
    uint256 private constant _SOLADY_SEED = 0x7d8825530a5a2e7a000000000000000000000000000000000000000000000000;

    // The 224 bits beside the balance: 96 commitment | 32 when it was made | 96 credit
    uint256 private constant MADE_AT = 96;
    uint256 private constant COMMITMENT = 128;

    struct Claims {
        uint48 newest;
        uint64 count;
        uint128 fees;
    }

    /// @inheritdoc INumbers
    address public immutable treasury;
    /// @inheritdoc INumbers
    uint32 public immutable minCommitAge;
    // Nine fees of 80 bits, three a word: 4 to 6, 7 to 9, 10 to 12 digits.
    uint256 private immutable _short;
    uint256 private immutable _middle;
    uint256 private immutable _long;

    Claims private _claims;
    // By number and epoch (`_key`): a new epoch finds nothing here.
    mapping(uint256 => Records) private _records;
    mapping(uint256 => uint96) private _prices;

    /// @param fees_ In wei, of 4 to 12 digits.
    constructor(address treasury_, uint32 minCommitAge_, uint256[9] memory fees_) {
        if (treasury_ == address(0)) revert NoTreasury();
        if (minCommitAge_ == 0 || minCommitAge_ >= MAX_COMMIT_AGE) revert WrongCommitAge(minCommitAge_);
        for (uint256 i = 1; i < 9; ++i) {
            if (fees_[i] >= fees_[i - 1]) revert FeesOutOfOrder();
        }
        if (fees_[0] > type(uint80).max) revert FeesOutOfOrder();
        treasury = treasury_;
        minCommitAge = minCommitAge_;
        _short = fees_[0] | (fees_[1] << 80) | (fees_[2] << 160);
        _middle = fees_[3] | (fees_[4] << 80) | (fees_[5] << 160);
        _long = fees_[6] | (fees_[7] << 80) | (fees_[8] << 160);
    }

    modifier onlyOwnerOf(uint256 id) {
        if (_ownerOf(id) != msg.sender) revert NotOwner(id, msg.sender);
        _;
    }

    /// @dev Solady lets its token functions take ether; here it would be nobody's.
    modifier unpaid() {
        if (msg.value != 0) revert WrongPayment(msg.value, 0);
        _;
    }

    // Claiming

    /// @inheritdoc INumbers
    function fee(uint256 id) public view returns (uint256) {
        return _feeFor(_digits(id));
    }

    /// @inheritdoc INumbers
    function areFree(uint256[] calldata ids) external view returns (bool[] memory free) {
        free = new bool[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            free[i] = NumberText.digits(ids[i]) != 0 && !_exists(ids[i]);
        }
    }

    /// @inheritdoc INumbers
    function commitmentTo(uint256[] calldata ids, address account, bytes32 secret) public view returns (uint96) {
        return uint96(uint256(keccak256(abi.encode(block.chainid, address(this), account, secret, ids))));
    }

    /// @inheritdoc INumbers
    function commit(uint96 commitment) external {
        uint256 kept = uint96(_getAux(msg.sender));
        _setAux(msg.sender, uint224((uint256(commitment) << COMMITMENT) | (block.timestamp << MADE_AT) | kept));
    }

    /// @inheritdoc INumbers
    function commitmentOf(address account) external view returns (uint96 commitment, uint32 madeAt) {
        uint256 aux = _getAux(account);
        return (uint96(aux >> COMMITMENT), uint32(aux >> MADE_AT));
    }

    /// @inheritdoc INumbers
    function claim(uint256[] calldata ids, bytes32 secret) external payable {
        uint256 count = ids.length;
        if (count == 0 || count > MAX_CLAIM) revert WrongCount(count);
        _open(commitmentTo(ids, msg.sender, secret));
        Claims memory claims = _claims;
        uint256 due;
        for (uint256 i; i < count; ++i) {
            uint256 id = ids[i];
            uint256 digits = _digits(id);
            if (_exists(id)) revert NumberTaken(id);
            due += _feeFor(digits);
            _mintAndSetExtraDataUnchecked(msg.sender, id, claims.newest);
            claims.newest = uint48(NumberText.pack(id, digits));
        }
        if (msg.value != due) revert WrongPayment(msg.value, due);
        claims.count += uint64(count);
        claims.fees += uint128(due);
        _claims = claims;
    }

    // Records

    /// @inheritdoc INumbers
    function setRecords(uint256 id, Records calldata records) external {
        Records storage kept = _change(id);
        kept.name = _bounded(records.name, MAX_TEXT);
        kept.profile = _bounded(records.profile, MAX_TEXT);
        kept.lightLogin = _bounded(records.lightLogin, MAX_TEXT);
        kept.policy = records.policy;
        kept.blockList = _bounded(records.blockList, MAX_TEXT);
        kept.blockRoot = records.blockRoot;
        kept.routes = _bounded(records.routes, MAX_ROUTES);
    }

    /// @inheritdoc INumbers
    function setName(uint256 id, string calldata name_) external {
        _change(id).name = _bounded(name_, MAX_TEXT);
    }

    /// @inheritdoc INumbers
    function setProfile(uint256 id, string calldata pointer) external {
        _change(id).profile = _bounded(pointer, MAX_TEXT);
    }

    /// @inheritdoc INumbers
    function setLightLogin(uint256 id, string calldata pointer) external {
        _change(id).lightLogin = _bounded(pointer, MAX_TEXT);
    }

    /// @inheritdoc INumbers
    function setPolicy(uint256 id, Policy calldata policy) external {
        _change(id).policy = policy;
    }

    /// @inheritdoc INumbers
    function setBlockList(uint256 id, string calldata pointer, bytes32 root) external {
        Records storage records = _change(id);
        records.blockList = _bounded(pointer, MAX_TEXT);
        records.blockRoot = root;
    }

    /// @inheritdoc INumbers
    function setRoutes(uint256 id, string calldata routes) external {
        _change(id).routes = _bounded(routes, MAX_ROUTES);
    }

    /// @inheritdoc INumbers
    function lookup(uint256 id) public view returns (Entry memory entry) {
        entry.owner = _ownerOf(id);
        if (entry.owner == address(0)) return entry;
        entry.epoch = epochOf(id);
        entry.changedAt = _changedAt(id);
        entry.price = _prices[_key(id)];
        entry.records = _records[_key(id)];
    }

    /// @inheritdoc INumbers
    function lookups(uint256[] calldata ids) external view returns (Entry[] memory entries) {
        entries = new Entry[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            entries[i] = lookup(ids[i]);
        }
    }

    /// @inheritdoc INumbers
    function epochOf(uint256 id) public view returns (uint32) {
        return uint32(_getExtraData(id) >> EPOCH);
    }

    // Paging

    /// @inheritdoc INumbers
    function newest() external view returns (uint256 id, uint256 count) {
        return (NumberText.unpack(_claims.newest), _claims.count);
    }

    /// @inheritdoc INumbers
    function range(uint256 from, uint256 count) external view returns (uint256[] memory holdings, uint256 next) {
        next = from == 0 ? NumberText.unpack(_claims.newest) : from;
        if (!_exists(next)) return (holdings, 0);
        if (count > _claims.count) count = _claims.count;
        holdings = new uint256[](count);
        uint256 filled;
        for (; filled < count && next != 0; ++filled) {
            uint256 extra = _getExtraData(next);
            holdings[filled] = (next << 192) | ((extra >> EPOCH) << 160) | uint160(_ownerOf(next));
            next = NumberText.unpack(extra & PREVIOUS);
        }
        // A page that reached the first claim is shorter than was asked for.
        assembly ("memory-safe") {
            mstore(holdings, filled)
        }
    }

    // Selling

    /// @inheritdoc INumbers
    function list(uint256 id, uint96 price) external onlyOwnerOf(id) {
        if (price == 0) revert NoPrice();
        _prices[_key(id)] = price;
        emit Listed(id, epochOf(id), price);
    }

    /// @inheritdoc INumbers
    function cancel(uint256 id) external onlyOwnerOf(id) {
        if (_prices[_key(id)] == 0) revert NotListed(id);
        delete _prices[_key(id)];
        emit Listed(id, epochOf(id), 0);
    }

    /// @inheritdoc INumbers
    function buy(uint256 id) external payable {
        address seller = _ownerOf(id);
        uint256 key = _key(id);
        uint96 price = _prices[key];
        // What nobody owns is in no epoch, and its key could be that of a number and an epoch.
        if (price == 0 || seller == address(0)) revert NotListed(id);
        if (msg.value != price) revert WrongPayment(msg.value, price);
        // The new epoch voids it already; clearing it gets gas back.
        delete _prices[key];
        _transfer(seller, msg.sender, id);
        _setCredit(seller, credit(seller) + price);
        emit Sold(id, seller, msg.sender, price);
    }

    /// @inheritdoc INumbers
    function credit(address account) public view returns (uint256) {
        return uint96(_getAux(account));
    }

    /// @inheritdoc INumbers
    function withdraw(address payable to) external {
        uint256 amount = credit(msg.sender);
        _setCredit(msg.sender, 0);
        _pay(to, amount);
    }

    // Treasury

    /// @inheritdoc INumbers
    function fees() public view returns (uint256) {
        return _claims.fees;
    }

    /// @inheritdoc INumbers
    function collect(address payable to) external {
        if (msg.sender != treasury) revert NotTreasury(msg.sender);
        uint256 amount = fees();
        _claims.fees = 0;
        _pay(to, amount);
    }

    // ERC-721

    function name() public pure override returns (string memory) {
        return "Etherlynk Numbers";
    }

    function symbol() public pure override returns (string memory) {
        return "+999";
    }

    function tokenURI(uint256 id) public view override returns (string memory) {
        if (!_exists(id)) revert TokenDoesNotExist();
        return NumberPicture.toTokenUri(id);
    }

    function approve(address account, uint256 id) public payable override unpaid {
        super.approve(account, id);
    }

    function transferFrom(address from, address to, uint256 id) public payable override unpaid {
        super.transferFrom(from, to, id);
    }

    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return
            interfaceId == 0x49064906 || interfaceId == type(INumbers).interfaceId
                || super.supportsInterface(interfaceId);
    }

    /// @dev Every way a number comes to an owner ends here, its slot warm and just written, and begins an epoch. Assembly,
    /// because this is all that a transfer costs more than anybody else's: the slot is found and read once.
    function _afterTokenTransfer(address, address, uint256 id) internal override {
        uint256 packed;
        assembly ("memory-safe") {
            mstore(0x00, id)
            mstore(0x1c, _SOLADY_SEED)
            let slot := add(id, add(id, keccak256(0x00, 0x20)))
            packed := sload(slot)
            let epoch := shl(_EPOCH_IN_SLOT, add(shr(_EPOCH_IN_SLOT, packed), 1))
            let changedAt := shl(_CHANGED_AT_IN_SLOT, and(shr(8, timestamp()), 0xffffff))
            sstore(slot, or(or(epoch, changedAt), and(packed, _KEPT_IN_SLOT)))
        }
        if (packed >> _EPOCH_IN_SLOT == MAX_EPOCH) revert EpochsUsedUp(id);
    }

    // Inside

    function _digits(uint256 id) private pure returns (uint256 count) {
        count = NumberText.digits(id);
        if (count == 0) revert NotANumber(id);
    }

    function _feeFor(uint256 digits) private view returns (uint256) {
        uint256 word = digits < 7 ? _short : digits < 10 ? _middle : _long;
        return uint80(word >> (80 * ((digits - 4) % 3)));
    }

    /// @dev Takes the caller's commitment away, if it is this one and of the right age.
    function _open(uint96 commitment) private {
        uint256 aux = _getAux(msg.sender);
        uint256 madeAt = uint32(aux >> MADE_AT);
        if (madeAt == 0 || uint96(aux >> COMMITMENT) != commitment) revert NotCommitted(msg.sender);
        if (block.timestamp < madeAt + minCommitAge) revert CommittedTooRecently(madeAt + minCommitAge);
        if (block.timestamp > madeAt + MAX_COMMIT_AGE) revert CommittedTooLongAgo(madeAt + MAX_COMMIT_AGE);
        _setAux(msg.sender, uint96(aux));
    }

    function _key(uint256 id) private view returns (uint256) {
        return (uint256(epochOf(id)) << 64) | id;
    }

    function _changedAt(uint256 id) private view returns (uint64) {
        return uint64((_getExtraData(id) >> CHANGED_AT) & 0xffffff) << 8;
    }

    function _change(uint256 id) private onlyOwnerOf(id) returns (Records storage) {
        emit RecordsChanged(id, epochOf(id));
        return _records[_key(id)];
    }

    function _bounded(string calldata text, uint256 most) private pure returns (string calldata) {
        if (bytes(text).length > most) revert TextTooLong(bytes(text).length, most);
        return text;
    }

    function _setCredit(address account, uint256 amount) private {
        if (amount > type(uint96).max) revert TooMuchCredit(account);
        uint256 others = _getAux(account) & ~uint256(type(uint96).max);
        _setAux(account, uint224(others | amount));
    }

    function _pay(address payable to, uint256 amount) private {
        if (amount == 0) revert NothingDue(msg.sender);
        if (to == address(0)) revert PaymentRefused(to);
        emit Paid(msg.sender, to, amount);
        (bool paid,) = to.call{value: amount}("");
        if (!paid) revert PaymentRefused(to);
    }
}
