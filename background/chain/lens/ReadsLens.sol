// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// A call that only reads.
struct Read {
    address to;
    bytes data;
}

struct Answer {
    /// It did not revert, and there is a contract.
    bool ok;
    bytes out;
}

/// Many reads at one block, in one `eth_call` that deploys nothing. The answer begins as ResolveLens's does.
contract ReadsLens {
    constructor(Read[] memory reads) {
        Answer[] memory answers = new Answer[](reads.length);
        for (uint256 i = 0; i < reads.length; ++i) {
            (answers[i].ok, answers[i].out) = reads[i].to.staticcall(reads[i].data);
            if (reads[i].to.code.length == 0) answers[i].ok = false;
        }
        bytes32 parentHash = block.number == 0 ? bytes32(0) : blockhash(block.number - 1);
        bytes memory out = bytes.concat(
            abi.encode(block.chainid, block.number, parentHash, block.timestamp), abi.encode(answers)
        );
        assembly {
            return(add(out, 32), mload(out))
        }
    }
}
