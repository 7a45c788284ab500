export const stateFile: string;
export function startPostgres(options?: { flags?: readonly string[]; folder?: string }): Promise<{
  url: string;
  port: number;
  databaseDir: string;
  stop(): Promise<void>;
  restart(): Promise<void>;
}>;
export function stopKept(): void;
export function startKept(): Promise<void>;
export function startReplica(primary: { url: string; port: number; databaseDir: string }): Promise<{ url: string; stop(): Promise<void> }>;
