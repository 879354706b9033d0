// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "solady/utils/ECDSA.sol";
import {SignatureCheckerLib} from "solady/utils/SignatureCheckerLib.sol";

/// @notice Whether an account signed 32 bytes: by its key, or as ERC-1271 asks the contract.
library Signatures {
    /// @dev The key is tried first, also where there is code: the key of an account with EIP-7702 code stays its master,
    /// whatever the code answers. A contract's address has no key, so nothing is opened by it.
    function isBy(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (account == address(0)) return false;
        if (ECDSA.tryRecoverCalldata(digest, signature) == account) return true;
        return SignatureCheckerLib.isValidERC1271SignatureNowCalldata(account, digest, signature);
    }
}
