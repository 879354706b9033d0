// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Untrusted} from "./Untrusted.sol";

/// What ENS says of one name.
struct NameAnswer {
    address resolver;
    /// Who controls the name in the registry, behind the wrapper where it is wrapped.
    address owner;
    /// The name's address record.
    address account;
    /// The number that the name claims: its text record `etherlynk` (INumbers).
    string number;
    /// When the .eth name, or the one it lies under, runs out; 0 for others.
    uint256 expires;
    /// Reverts that ask for a gateway (EIP-3668): of the address, then of the number. Empty where there was none.
    bytes[2] lookups;
}

/// A call to make in place of the first one: a gateway's answer, brought back to the resolver that asked for it.
struct Resumed {
    address resolver;
    bytes[2] calls;
}

/// Reads registry and resolvers as ENSIP-1 and ENSIP-10 have it, without a contract of ENS's own in between.
library EnsReader {
    using Untrusted for address;

    bytes4 private constant OFFCHAIN_LOOKUP = 0x556f1830;
    bytes4 private constant RESOLVE = 0x9061b923; // also the interface's id
    bytes32 private constant ETH = 0x93cdeb708b7545dc668eb9280176169d1c33cfd8ed6f04690a0bcc88a93fc4ae;
    bytes32 private constant REVERSE = 0x91d1777781884d03a6757a803996e38de2a42967fb37eeaca72729271025a9e2;

    function read(address ens, string memory name, Resumed memory resumed)
        internal
        view
        returns (NameAnswer memory answer)
    {
        (bytes32[] memory nodes, bytes memory dnsName) = split(bytes(name));
        bytes32 node = nodes[0];
        uint256 level = 0;
        for (; level < nodes.length && answer.resolver == address(0); ++level) {
            answer.resolver = resolverOf(ens, nodes[level]);
        }
        answer.owner = ownerOf(ens, node);
        answer.expires = expiryOf(ens, bytes(name), nodes);
        if (answer.resolver == address(0)) return answer;

        bool extended = isExtended(answer.resolver);
        // A parent's resolver answers for its children only where it says so (ENSIP-10).
        if (level > 1 && !extended) {
            answer.resolver = address(0);
            return answer;
        }
        bytes[2] memory calls = [
            abi.encodeWithSignature("addr(bytes32)", node),
            abi.encodeWithSignature("text(bytes32,string)", node, "etherlynk")
        ];
        bytes[2] memory found;
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory call = extended ? abi.encodeWithSelector(RESOLVE, dnsName, calls[i]) : calls[i];
            // What the gateway answered goes to nobody but the resolver that asked.
            if (resumed.resolver == answer.resolver && resumed.calls[i].length > 0) call = resumed.calls[i];
            (found[i], answer.lookups[i]) = ask(answer.resolver, call, extended);
        }
        answer.account = Untrusted.toAddress(found[0]);
        answer.number = Untrusted.toText(found[1]);
    }

    /// The name that an account goes by: a claim of the account, to be checked in the other direction.
    function reverse(address ens, address account) internal view returns (string memory) {
        bytes32 node = keccak256(abi.encodePacked(REVERSE, keccak256(hexOf(account))));
        address resolver = resolverOf(ens, node);
        if (resolver == address(0)) return "";
        (, bytes memory out) = resolver.ask(abi.encodeWithSignature("name(bytes32)", node));
        return Untrusted.toText(out);
    }

    function namehash(string memory name) internal pure returns (bytes32) {
        if (bytes(name).length == 0) return 0;
        (bytes32[] memory nodes,) = split(bytes(name));
        return nodes[0];
    }

    function ask(address resolver, bytes memory call, bool extended)
        private
        view
        returns (bytes memory found, bytes memory lookup)
    {
        (bool ok, bytes memory out) = resolver.ask(call);
        if (ok) return (extended ? Untrusted.toBytes(out) : out, "");
        // forge-lint: disable-next-line(unsafe-typecast)
        if (out.length > 4 && bytes4(out) == OFFCHAIN_LOOKUP) lookup = out;
    }

    function resolverOf(address ens, bytes32 node) private view returns (address) {
        (, bytes memory out) = ens.ask(abi.encodeWithSignature("resolver(bytes32)", node));
        return Untrusted.toAddress(out);
    }

    function ownerOf(address ens, bytes32 node) private view returns (address owner) {
        (, bytes memory out) = ens.ask(abi.encodeWithSignature("owner(bytes32)", node));
        owner = Untrusted.toAddress(out);
        if (owner.code.length == 0) return owner;
        // The wrapper owns in the registry what it has wrapped; its tokens are nodes.
        bool ok;
        (ok, out) = owner.ask(abi.encodeWithSignature("ownerOf(uint256)", node));
        address behind = ok ? Untrusted.toAddress(out) : address(0);
        return behind == address(0) ? owner : behind;
    }

    function expiryOf(address ens, bytes memory name, bytes32[] memory nodes) private view returns (uint256) {
        if (nodes.length < 2 || nodes[nodes.length - 1] != ETH) return 0;
        (, bytes memory out) = ens.ask(abi.encodeWithSignature("owner(bytes32)", ETH));
        address registrar = Untrusted.toAddress(out);
        bytes32 label = labelBefore(name, name.length - 4);
        (, out) = registrar.ask(abi.encodeWithSignature("nameExpires(uint256)", label));
        return out.length < 32 ? 0 : uint256(bytes32(out));
    }

    function isExtended(address resolver) private view returns (bool) {
        (bool ok, bytes memory out) =
            resolver.ask(abi.encodeWithSignature("supportsInterface(bytes4)", RESOLVE));
        return ok && out.length >= 32 && uint256(bytes32(out)) == 1;
    }

    /// The nodes of a name and of all it lies under, itself first; and the name as DNS writes it on the wire.
    function split(bytes memory name) private pure returns (bytes32[] memory nodes, bytes memory dnsName) {
        uint256 count = 1;
        for (uint256 i = 0; i < name.length; ++i) {
            if (name[i] == ".") ++count;
        }
        nodes = new bytes32[](count);
        dnsName = new bytes(name.length + 2);
        bytes32 node = 0;
        uint256 end = name.length;
        for (uint256 left = count; left > 0; --left) {
            bytes32 label = labelBefore(name, end);
            node = keccak256(abi.encodePacked(node, label));
            nodes[left - 1] = node;
            uint256 start = startOf(name, end);
            dnsName[start] = bytes1(uint8(end - start));
            for (uint256 i = start; i < end; ++i) {
                dnsName[i + 1] = name[i];
            }
            end = start == 0 ? 0 : start - 1;
        }
    }

    function labelBefore(bytes memory name, uint256 end) private pure returns (bytes32 hash) {
        uint256 start = startOf(name, end);
        assembly {
            hash := keccak256(add(add(name, 32), start), sub(end, start))
        }
    }

    function startOf(bytes memory name, uint256 end) private pure returns (uint256 start) {
        start = end;
        while (start > 0 && name[start - 1] != ".") --start;
    }

    function hexOf(address account) private pure returns (bytes memory text) {
        text = new bytes(40);
        bytes16 digits = "0123456789abcdef";
        uint160 rest = uint160(account);
        for (uint256 i = 40; i > 0; --i) {
            text[i - 1] = digits[rest & 15];
            rest >>= 4;
        }
    }
}
