/** The part of vitest's JSON report that is read here. */
export interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export interface Sums {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly lines: readonly string[];
}

/** Counts tests. A skipped one counts as failed unless the allowed list has its name or a beginning of it. */
export function sumUp(report: Report, allowed: Readonly<Record<string, string>>): Sums {
  const lines: string[] = [];
  let [passed, failed, skipped] = [0, 0, 0];
  for (const file of report.testResults) {
    // A file that could not even be collected has no tests to count.
    if (file.status === "failed" && !file.assertionResults.some(test => test.status === "failed")) {
      failed += 1;
      lines.push(`failed: ${file.name}: ${file.message ?? "could not be run"}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === "passed") passed += 1;
      else if (test.status === "failed") failed += 1;
      else {
        const reason = reasonFor(test.fullName, allowed);
        if (reason) skipped += 1;
        else failed += 1;
        lines.push(
          reason
            ? `skipped: ${test.fullName}: ${reason}`
            : `skipped without leave, so failed: ${test.fullName}`,
        );
      }
    }
  }
  return { passed, failed, skipped, lines };
}

function reasonFor(name: string, allowed: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(allowed).find(([beginning]) => name.startsWith(beginning))?.[1];
}
