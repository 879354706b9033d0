// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Clients} from "../../src/Clients.sol";
import {IClients} from "../../src/IClients.sol";
import {ContractWallet} from "./ContractWallet.sol";
import {Test} from "./Vm.sol";

/// @notice A registrar, accounts with their keys, and the wallet's half of each message: written here from EIP-712, not
/// taken from the contract.
abstract contract ClientsTest is Test {
    uint256 internal constant ALICE_KEY = 0xA11CE;
    uint256 internal constant BOB_KEY = 0xB0B;
    uint256 internal constant TURN_KEY = 0x70127;
    uint256 internal constant MAIL_KEY = 0x3A11;
    uint256 internal constant DEVICE_KEY = 0xDE71CE;

    string private constant NODE = "Node(string url,bytes32 key)";
    string private constant PROVIDER = "Provider(address provider,uint8 service,bytes32 terms,uint64 expiry)";
    string private constant ENTRY =
        "ClientEntry(address account,uint64 sequence,uint64 epoch,uint64 deadline,uint8 apiOldest,uint8 apiNewest,string direct,string domain,Node[] nodes,Provider[] providers)";

    Clients internal clients;
    address internal alice = vm.addr(ALICE_KEY);
    address internal bob = vm.addr(BOB_KEY);
    ContractWallet internal wallet;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        clients = new Clients();
        wallet = new ContractWallet(alice);
    }

    function headOf(address account) internal view returns (IClients.Head memory) {
        IClients.Client memory client = clients.lookup(account);
        return IClients.Head(account, client.sequence, client.epoch, uint64(block.timestamp + 1 hours));
    }

    /// @dev Two providers who agree with `account`, two nodes.
    function fullEntry() internal view returns (IClients.Entry memory entry) {
        entry.apiOldest = 1;
        entry.apiNewest = 3;
        entry.direct = "sip:alice@192.0.2.1";
        entry.domain = "node.example";
        entry.nodes = new IClients.Node[](2);
        entry.nodes[0] = IClients.Node("wss://node.example:9001", keccak256("first"));
        entry.nodes[1] = IClients.Node("wss://zwei.node.example/with/a/path/beyond/one/slot", keccak256("second"));
        entry.providers = new IClients.Provider[](2);
        entry.providers[0] =
            IClients.Provider(vm.addr(TURN_KEY), 3, keccak256("turn"), uint64(block.timestamp + 1 days));
        entry.providers[1] =
            IClients.Provider(vm.addr(MAIL_KEY), 6, keccak256("mail"), uint64(block.timestamp + 2 days));
    }

    function agree(address account, IClients.Entry memory entry) internal view returns (bytes[] memory agreements) {
        agreements = new bytes[](entry.providers.length);
        for (uint256 i; i < agreements.length; ++i) {
            agreements[i] = sign(i == 0 ? TURN_KEY : MAIL_KEY, agreementHash(account, entry.providers[i]));
        }
    }

    function setEntry(uint256 key, address account, IClients.Entry memory entry) internal {
        IClients.Head memory head = headOf(account);
        clients.setEntry(head, entry, sign(key, entryHash(head, entry)), agree(account, entry));
    }

    function revoke(uint256 key, address account, bytes32 device) internal {
        IClients.Head memory head = headOf(account);
        clients.revokeDevice(head, device, sign(key, revocationHash(head, device)));
    }

    function endEpoch(uint256 key, address account) internal {
        IClients.Head memory head = headOf(account);
        clients.endEpoch(head, sign(key, epochEndHash(head)));
    }

    function sign(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        return signDigest(key, keccak256(abi.encodePacked(hex"1901", domain(address(clients)), structHash)));
    }

    function signDigest(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function domain(address registrar) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Etherlynk"),
                keccak256("1"),
                block.chainid,
                registrar
            )
        );
    }

    function entryHash(IClients.Head memory head, IClients.Entry memory entry) internal pure returns (bytes32) {
        bytes memory nodes;
        for (uint256 i; i < entry.nodes.length; ++i) {
            bytes32 url = keccak256(bytes(entry.nodes[i].url));
            nodes = abi.encodePacked(nodes, keccak256(abi.encode(keccak256(bytes(NODE)), url, entry.nodes[i].key)));
        }
        bytes memory providers;
        for (uint256 i; i < entry.providers.length; ++i) {
            bytes32 hash = keccak256(abi.encode(keccak256(bytes(PROVIDER)), entry.providers[i]));
            providers = abi.encodePacked(providers, hash);
        }
        bytes memory words = abi.encode(keccak256(abi.encodePacked(ENTRY, NODE, PROVIDER)), head);
        return keccak256(
            abi.encodePacked(
                words,
                abi.encode(entry.apiOldest, entry.apiNewest, keccak256(bytes(entry.direct))),
                abi.encode(keccak256(bytes(entry.domain)), keccak256(nodes), keccak256(providers))
            )
        );
    }

    function agreementHash(address account, IClients.Provider memory it) internal pure returns (bytes32) {
        bytes32 word =
            keccak256("Agreement(address provider,address account,uint8 service,bytes32 terms,uint64 expiry)");
        return keccak256(abi.encode(word, it.provider, account, it.service, it.terms, it.expiry));
    }

    function revocationHash(IClients.Head memory head, bytes32 device) internal pure returns (bytes32) {
        bytes32 word =
            keccak256("DeviceRevocation(address account,uint64 sequence,uint64 epoch,uint64 deadline,bytes32 device)");
        return keccak256(abi.encode(word, head, device));
    }

    function epochEndHash(IClients.Head memory head) internal pure returns (bytes32) {
        bytes32 word = keccak256("EpochEnd(address account,uint64 sequence,uint64 epoch,uint64 deadline)");
        return keccak256(abi.encode(word, head));
    }

    function delegationOf(address account) internal view returns (IClients.Delegation memory given) {
        bytes32[2] memory key = deviceKey();
        given = IClients.Delegation({
            account: account,
            signKeyX: key[0],
            signKeyY: key[1],
            sealKeyX: keccak256("x"),
            sealKeyY: keccak256("y"),
            scopes: 7,
            accountEpoch: 0,
            issued: uint64(block.timestamp - 1 days),
            expiry: uint64(block.timestamp + 30 days)
        });
    }

    function walletSign(uint256 key, IClients.Delegation memory given) internal view returns (bytes memory) {
        bytes32 plain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId)"),
                keccak256("Etherlynk"),
                keccak256("1"),
                block.chainid
            )
        );
        bytes32 word = keccak256(
            "Delegation(address account,bytes32 signKeyX,bytes32 signKeyY,bytes32 sealKeyX,bytes32 sealKeyY,uint32 scopes,uint64 accountEpoch,uint64 issued,uint64 expiry)"
        );
        return signDigest(key, keccak256(abi.encodePacked(hex"1901", plain, keccak256(abi.encode(word, given)))));
    }

    function deviceSign(bytes32 digest) internal pure returns (bytes32[2] memory) {
        (bytes32 r, bytes32 s) = vm.signP256(DEVICE_KEY, digest);
        return [r, s];
    }

    function deviceKey() internal pure returns (bytes32[2] memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(DEVICE_KEY);
        return [bytes32(x), bytes32(y)];
    }
}
