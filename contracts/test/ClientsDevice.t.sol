// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {P256} from "openzeppelin/utils/cryptography/P256.sol";
import {DeviceKeys} from "../src/DeviceKeys.sol";
import {IClients} from "../src/IClients.sol";
import {ClientsTest} from "./base/ClientsTest.sol";

contract ClientsDeviceTest is ClientsTest {
    bytes32 private constant DIGEST = sha256("what a device says");
    /// EIP-7951
    address private constant PRECOMPILE = address(0x100);

    function test_device_inOrder() public view {
        vm.assertTrue(isAccepted(delegationOf(alice)));
    }

    function test_device_ofContractWallet() public view {
        IClients.Delegation memory given = delegationOf(alice);
        given.account = address(wallet);
        vm.assertTrue(isAccepted(given));
    }

    function test_device_inEitherForm() public view {
        IClients.Delegation memory given = delegationOf(alice);
        bytes32[2] memory by = deviceSign(DIGEST);
        bytes memory signature = walletSign(ALICE_KEY, given);
        vm.assertTrue(clients.isFromDevice(given, signature, 2, DIGEST, by));
        by[1] = bytes32(P256.N - uint256(by[1]));
        vm.assertTrue(clients.isFromDevice(given, signature, 2, DIGEST, by));
        by[1] = bytes32(P256.N);
        vm.assertFalse(clients.isFromDevice(given, signature, 2, DIGEST, by));
        by[1] = bytes32(type(uint256).max);
        vm.assertFalse(clients.isFromDevice(given, signature, 2, DIGEST, by));
    }

    function test_device_whichSaysAnother() public view {
        IClients.Delegation memory given = delegationOf(alice);
        vm.assertFalse(clients.isFromDevice(given, walletSign(ALICE_KEY, given), 2, sha256("else"), deviceSign(DIGEST)));
    }

    function test_device_withoutTheScope() public view {
        IClients.Delegation memory given = delegationOf(alice);
        (bytes memory signature, bytes32[2] memory by) = (walletSign(ALICE_KEY, given), deviceSign(DIGEST));
        vm.assertFalse(clients.isFromDevice(given, signature, 8, DIGEST, by));
        vm.assertFalse(clients.isFromDevice(given, signature, 10, DIGEST, by));
        vm.assertFalse(clients.isFromDevice(given, signature, 0, DIGEST, by));
        vm.assertTrue(clients.isFromDevice(given, signature, 3, DIGEST, by));
    }

    /// @dev The same bounds as protocol/words/delegation.ts.
    function test_device_outOfItsTime() public view {
        uint64 now64 = uint64(block.timestamp);
        IClients.Delegation memory given = delegationOf(alice);
        given.issued = now64 + 10 minutes;
        vm.assertTrue(isAccepted(given));
        given.issued = now64 + 10 minutes + 1;
        vm.assertFalse(isAccepted(given));
        given = delegationOf(alice);
        given.expiry = now64 + 1;
        vm.assertTrue(isAccepted(given));
        given.expiry = now64;
        vm.assertFalse(isAccepted(given));
        given = delegationOf(alice);
        given.expiry = given.issued + 366 days;
        vm.assertTrue(isAccepted(given));
        given.expiry += 1;
        vm.assertFalse(isAccepted(given));
    }

    function test_device_revokedOrOfAnEndedEpoch() public {
        IClients.Delegation memory given = delegationOf(alice);
        revoke(ALICE_KEY, alice, keccak256("another"));
        vm.assertTrue(isAccepted(given));
        revoke(ALICE_KEY, alice, clients.thumbprint(given.signKeyX, given.signKeyY));
        vm.assertFalse(isAccepted(given));
        endEpoch(ALICE_KEY, alice);
        vm.assertFalse(isAccepted(given));
        given.accountEpoch = 1;
        vm.assertTrue(isAccepted(given));
        given.accountEpoch = 2;
        vm.assertFalse(isAccepted(given));
    }

    function test_device_delegatedByAnother() public view {
        IClients.Delegation memory given = delegationOf(alice);
        bytes memory signature = walletSign(ALICE_KEY, given);
        given.account = bob;
        vm.assertFalse(clients.isFromDevice(given, signature, 2, DIGEST, deviceSign(DIGEST)));
    }

    function test_device_onAnotherChain() public {
        IClients.Delegation memory given = delegationOf(alice);
        bytes memory signature = walletSign(ALICE_KEY, given);
        vm.chainId(999);
        vm.assertFalse(clients.isFromDevice(given, signature, 2, DIGEST, deviceSign(DIGEST)));
    }

    /// @dev RFC 7515 appendix A.3's key; its thumbprint by Node's crypto over RFC 7638's text.
    function test_thumbprint_ofAPublishedKey() public view {
        vm.assertEq(
            clients.thumbprint(
                0x7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445,
                0xc7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad
            ),
            0xa0a232c2f194a53553cb1310ddbc0821e414b9d7ebfc290b323084d7d1020fe5
        );
    }

    /// forge-config: default.evm_version = "osaka"
    function testFuzz_device_withAndWithoutThePrecompile(bytes32 digest, bytes32 wrong) public {
        vm.assume(wrong != digest);
        bytes32[2] memory by = deviceSign(digest);
        bytes32[2] memory key = deviceKey();
        bool[2] memory native = [this.isBy(key, digest, by), this.isBy(key, wrong, by)];
        removePrecompile();
        bool[2] memory fallen = [this.isBy(key, digest, by), this.isBy(key, wrong, by)];
        vm.assertTrue(native[0] && fallen[0]);
        vm.assertFalse(native[1] || fallen[1]);
    }

    /// @dev An EVM that has EIP-7951, and the same with nothing at its address.
    /// forge-config: default.evm_version = "osaka"
    function test_device_withThePrecompile() public {
        vm.assertTrue(hasPrecompile());
        expectRightAndWrong();
        removePrecompile();
        vm.assertFalse(hasPrecompile());
        expectRightAndWrong();
    }

    /// @dev An EVM of before EIP-7951: Solidity verifies.
    /// forge-config: default.evm_version = "cancun"
    function test_device_beforeThePrecompile() public view {
        vm.assertFalse(hasPrecompile());
        expectRightAndWrong();
    }

    function isBy(bytes32[2] memory key, bytes32 digest, bytes32[2] calldata signature) external view returns (bool) {
        return DeviceKeys.isBy(key, digest, signature);
    }

    function removePrecompile() private {
        vm.mockCall(PRECOMPILE, "", "");
    }

    function expectRightAndWrong() private view {
        IClients.Delegation memory given = delegationOf(alice);
        vm.assertTrue(isAccepted(given));
        vm.assertFalse(clients.isFromDevice(given, walletSign(ALICE_KEY, given), 2, sha256("else"), deviceSign(DIGEST)));
    }

    function hasPrecompile() private view returns (bool) {
        bytes32[2] memory by = deviceSign(DIGEST);
        bytes32[2] memory key = deviceKey();
        (bool called, bytes memory returned) = PRECOMPILE.staticcall(abi.encode(DIGEST, by[0], by[1], key[0], key[1]));
        return called && returned.length == 32;
    }

    function isAccepted(IClients.Delegation memory given) private view returns (bool) {
        return clients.isFromDevice(given, walletSign(ALICE_KEY, given), 2, DIGEST, deviceSign(DIGEST));
    }
}
