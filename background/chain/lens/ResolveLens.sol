// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EnsReader, NameAnswer, Resumed} from "./EnsReader.sol";
import {Untrusted} from "./Untrusted.sol";
import {INumbers} from "../../../contracts/src/INumbers.sol";
import {IClients} from "../../../contracts/src/IClients.sol";

/// What is asked: one of `name`, `number` and `account`. Contracts that a chain has not are the zero address.
struct Question {
    address ens;
    address numbers;
    address clients;
    string name;
    uint256 number;
    address account;
    Resumed resumed;
}

struct Answer {
    /// The name that was looked at: the one asked for, or the one that the number or the account goes by.
    string name;
    NameAnswer ens;
    /// The number asked for, or the one that the name claims.
    uint256 number;
    /// `INumbers.lookup` of it, still encoded; empty where there is none.
    bytes numberEntry;
    /// Who is called in the end.
    address account;
    /// The name that the account goes by, as it says itself.
    string reverse;
    /// `IClients.lookup` of the account, still encoded.
    bytes client;
}

/// Everything that a caller needs about a name, number or account, in one `eth_call` that deploys nothing: the
/// constructor runs and returns the answer in place of code. Before the answer stands its block (chain id, number,
/// parent's hash, time): two servers are compared by it, and a cache knows by it when to ask anew.
contract ResolveLens {
    using Untrusted for address;

    constructor(Question memory question) {
        Answer memory answer;
        if (bytes(question.name).length > 0) fromName(question, answer);
        else if (question.number > 0) fromNumber(question, answer);
        else fromAccount(question, answer);
        if (answer.account != address(0)) {
            if (bytes(answer.reverse).length == 0) {
                answer.reverse = EnsReader.reverse(question.ens, answer.account);
            }
            (, answer.client) = question.clients.ask(abi.encodeCall(IClients.lookup, (answer.account)));
        }
        // Without a parent (block 0) the hash is zero, as it is in the block's own header.
        bytes32 parentHash = block.number == 0 ? bytes32(0) : blockhash(block.number - 1);
        bytes memory out = bytes.concat(
            abi.encode(block.chainid, block.number, parentHash, block.timestamp), abi.encode(answer)
        );
        assembly {
            return(add(out, 32), mload(out))
        }
    }

    /// Name, number, owner: where name and number claim each other. Else who the name's address record names.
    function fromName(Question memory question, Answer memory answer) private view {
        readName(question, answer, question.name);
        answer.account = answer.ens.account;
        answer.number = toNumber(bytes(answer.ens.number));
        (address owner, string memory claimed) = readNumber(question, answer);
        if (owner != address(0) && EnsReader.namehash(claimed) == EnsReader.namehash(question.name)) {
            answer.account = owner;
        }
    }

    function fromNumber(Question memory question, Answer memory answer) private view {
        answer.number = question.number;
        string memory claimed;
        (answer.account, claimed) = readNumber(question, answer);
        if (bytes(claimed).length > 0) readName(question, answer, claimed);
    }

    function fromAccount(Question memory question, Answer memory answer) private view {
        answer.account = question.account;
        answer.reverse = EnsReader.reverse(question.ens, answer.account);
        if (bytes(answer.reverse).length == 0) return;
        readName(question, answer, answer.reverse);
        answer.number = toNumber(bytes(answer.ens.number));
        readNumber(question, answer);
    }

    function readName(Question memory question, Answer memory answer, string memory name) private view {
        answer.name = name;
        answer.ens = EnsReader.read(question.ens, name, question.resumed);
    }

    function readNumber(Question memory question, Answer memory answer)
        private
        view
        returns (address owner, string memory claimed)
    {
        if (answer.number == 0) return (owner, claimed);
        bool ok;
        (ok, answer.numberEntry) = question.numbers.ask(abi.encodeCall(INumbers.lookup, (answer.number)));
        if (!ok) {
            answer.numberEntry = "";
            return (owner, claimed);
        }
        INumbers.Entry memory entry = abi.decode(answer.numberEntry, (INumbers.Entry));
        return (entry.owner, entry.records.name);
    }

    /// `+999` and 4 to 12 digits, in the one written form; 0 for all else.
    function toNumber(bytes memory text) private pure returns (uint256 number) {
        if (text.length < 8 || text.length > 16 || text[0] != "+") return 0;
        for (uint256 i = 1; i < text.length; ++i) {
            uint8 digit = uint8(text[i]) ^ 0x30;
            if (digit > 9 || (i < 4 && digit != 9)) return 0;
            number = number * 10 + digit;
        }
    }
}
