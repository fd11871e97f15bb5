export interface ServerProcessOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The path of a configuration. */
  readonly config?: string;
  /** Of `turnwise serve`. */
  readonly args?: readonly string[];
  readonly shell?: string;
}

export interface ServerProcess {
  readonly pid: number;
  readonly otlpUrl: string;
  readonly otlpGrpcUrl: string | undefined;
  readonly apiUrl: string;
  readonly healthUrl: string;
  readonly metricsUrl: string;
  readonly dataDir: string;
  /** The exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  stderr(): string;
  isAlive(): boolean;
  signal(name: NodeJS.Signals): void;
  /** Sends the signal and resolves as `ended`. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
  residentBytes(): number;
  peakBytes(): number;
  forgetPeak(): void;
  /** How much processor time it has used so far. */
  processorMs(): number;
  openFiles(): number;
}

export function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess>;
