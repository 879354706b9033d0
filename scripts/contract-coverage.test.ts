import { expect, it } from "vitest";
import { findUncovered } from "./contract-coverage.ts";

const source = `contract A {
    function f() external {
        assembly {
            if 1 {
                sstore(0, 1)
            }
        }
        g();
        if (x) h();
    }
}`;

it("tells Solidity that no test reached from assembly, which forge does not instrument", () => {
  const lcov = "SF:src/A.sol\nDA:2,7\nDA:5,0\nDA:8,0\nBRDA:9,0,1,-\nBRDA:9,0,0,3\nend_of_record\n";
  expect(findUncovered(lcov, () => source)).toEqual([
    { place: "src/A.sol:5", text: "sstore(0, 1)", assembly: true },
    { place: "src/A.sol:8", text: "g();", assembly: false },
    { place: "src/A.sol:9", text: "if (x) h();", assembly: false },
  ]);
});

it("finds nothing where everything was reached", () => {
  expect(findUncovered("SF:src/A.sol\nDA:8,1\nend_of_record\n", () => source)).toEqual([]);
});
