/** One figure of the Prometheus text format: a counter only grows, a gauge is how it stands now. */
export interface Metric {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Writes metrics in the Prometheus text format, version 0.0.4. Those of one name stand together. */
export function formatMetrics(metrics: readonly Metric[]): string {
  const lines: string[] = [];
  const headed = new Set<string>();
  for (const { name, kind, help, value, labels } of metrics) {
    if (!headed.has(name)) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
    headed.add(name);
    lines.push(`${name}${formatLabels(labels)} ${value}`);
  }
  return `${lines.join("\n")}\n`;
}

function formatLabels(labels: Metric["labels"]): string {
  if (labels === undefined) return "";
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(",")}}`;
}
