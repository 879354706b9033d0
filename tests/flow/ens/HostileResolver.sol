// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// A resolver that does its worst to whoever reads it.
contract HostileResolver {
    enum Way {
        BurnsGas,
        ReturnsTooMuch,
        LiesAboutLengths,
        RevertsWithTooMuch
    }

    Way private immutable _way;

    constructor(Way way) {
        _way = way;
    }

    fallback() external {
        Way way = _way;
        if (way == Way.BurnsGas) {
            while (true) {}
        }
        if (way == Way.ReturnsTooMuch) {
            assembly {
                return(0, 200000)
            }
        }
        if (way == Way.RevertsWithTooMuch) {
            assembly {
                mstore(0, 0x556f183000000000000000000000000000000000000000000000000000000000)
                revert(0, 200000)
            }
        }
        assembly {
            mstore(0, not(0))
            mstore(32, not(0))
            return(0, 96)
        }
    }
}
