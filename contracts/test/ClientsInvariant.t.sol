// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClients} from "../src/IClients.sol";
import {ContractWallet} from "./base/ContractWallet.sol";
import {ClientsTest} from "./base/ClientsTest.sol";

/// @notice Three accounts and a contract wallet write; thieves carry every message again, to other accounts, chains and
/// epochs. A model knows what was signed.
contract ClientsHandler is ClientsTest {
    struct Model {
        uint64 epoch;
        uint64 sequence;
        string domain;
        bytes32[] revoked;
    }

    mapping(address => Model) private _models;
    address[4] public accounts;
    address[] private _wrote;
    bytes[] private _messages;
    uint256 public wrongs;

    constructor() {
        setUp();
        accounts = [vm.addr(1), vm.addr(2), vm.addr(3), address(new ContractWallet(vm.addr(3)))];
    }

    function registrar() external view returns (IClients) {
        return clients;
    }

    function setDomain(uint256 who, string calldata domain_, uint8 nodes) external {
        if (bytes(domain_).length > 255) return;
        (address account, uint256 key) = pick(who);
        IClients.Entry memory entry;
        entry.domain = domain_;
        entry.nodes = new IClients.Node[](nodes % 5);
        IClients.Head memory head = headOf(account);
        bytes memory signature = sign(key, entryHash(head, entry));
        carry(account, abi.encodeCall(IClients.setEntry, (head, entry, signature, new bytes[](0))));
        _models[account].domain = domain_;
    }

    function revokeOne(uint256 who, bytes32 device) external {
        (address account, uint256 key) = pick(who);
        if (_models[account].revoked.length == 16) return;
        (, bool known) = clients.standing(account, device);
        if (known) return;
        IClients.Head memory head = headOf(account);
        carry(account, abi.encodeCall(IClients.revokeDevice, (head, device, sign(key, revocationHash(head, device)))));
        _models[account].revoked.push(device);
    }

    function endOne(uint256 who) external {
        (address account, uint256 key) = pick(who);
        IClients.Head memory head = headOf(account);
        carry(account, abi.encodeCall(IClients.endEpoch, (head, sign(key, epochEndHash(head)))));
        ++_models[account].epoch;
        delete _models[account].revoked;
    }

    /// @dev A message that was carried once; as it is, or as another account's next one.
    function replay(uint256 which, uint256 who, bool forged) external {
        if (_messages.length == 0) return;
        bytes memory message = _messages[which % _messages.length];
        if (forged) message = readdress(message, headOf(accounts[who % 4]));
        (bool taken,) = address(clients).call(message);
        if (taken) ++wrongs;
    }

    /// @dev A fresh message of an account, carried to another chain.
    function crossChain(uint256 who) external {
        (address account, uint256 key) = pick(who);
        IClients.Head memory head = headOf(account);
        bytes memory signature = sign(key, epochEndHash(head));
        uint256 home = block.chainid;
        vm.chainId(home + 1);
        try clients.endEpoch(head, signature) {
            ++wrongs;
        } catch {}
        vm.chainId(home);
    }

    function modelOf(address account) external view returns (Model memory) {
        return _models[account];
    }

    function wrote() external view returns (address[] memory) {
        return _wrote;
    }

    function carry(address account, bytes memory message) private {
        (bool taken,) = address(clients).call(message);
        if (!taken) ++wrongs;
        if (_models[account].sequence == 0) _wrote.push(account);
        ++_models[account].sequence;
        _messages.push(message);
    }

    function pick(uint256 who) private view returns (address account, uint256 key) {
        uint256 index = who % 4;
        return (accounts[index], index == 3 ? 3 : index + 1);
    }

    /// @dev The head is the first thing in each message: four words.
    function readdress(bytes memory message, IClients.Head memory head) private pure returns (bytes memory) {
        bytes memory words = abi.encode(head);
        for (uint256 i; i < words.length; ++i) {
            message[4 + i] = words[i];
        }
        return message;
    }
}

contract ClientsInvariantTest is ClientsTest {
    ClientsHandler private handler;
    IClients private registrar;

    function setUp() public override {
        handler = new ClientsHandler();
        registrar = handler.registrar();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct Selectors {
        address target;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (Selectors[] memory targets) {
        targets = new Selectors[](1);
        targets[0].target = address(handler);
        targets[0].selectors = new bytes4[](5);
        targets[0].selectors[0] = handler.setDomain.selector;
        targets[0].selectors[1] = handler.revokeOne.selector;
        targets[0].selectors[2] = handler.endOne.selector;
        targets[0].selectors[3] = handler.replay.selector;
        targets[0].selectors[4] = handler.crossChain.selector;
    }

    function invariant_noMessageCountsTwiceOrElsewhere() public view {
        vm.assertEq(handler.wrongs(), 0);
    }

    function invariant_accountsStandAsTheySigned() public view {
        for (uint256 i; i < 4; ++i) {
            address account = handler.accounts(i);
            ClientsHandler.Model memory model = handler.modelOf(account);
            IClients.Client memory client = registrar.lookup(account);
            vm.assertEq(client.epoch, model.epoch);
            vm.assertEq(client.sequence, model.sequence);
            vm.assertEq(client.entry.domain, model.domain);
            vm.assertEq(abi.encode(client.revoked), abi.encode(model.revoked));
        }
    }

    function invariant_pagesHoldEveryAccountOnce() public view {
        address[] memory wrote = handler.wrote();
        (IClients.Client[] memory page, address next) = registrar.range(address(0), 10);
        vm.assertEq(page.length, wrote.length);
        vm.assertEq(next, address(0));
        for (uint256 i; i < page.length; ++i) {
            vm.assertEq(page[i].account, wrote[wrote.length - 1 - i]);
        }
    }
}
