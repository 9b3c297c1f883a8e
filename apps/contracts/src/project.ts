/** The commands of a project, and its rule for breaking changes. */
export interface ContractsProject {
  /** The command that exports. */
  readonly exportWith: string;
  /** The command that checks. */
  readonly checkWith: string;
  /** Whether a break that is written down may pass. */
  readonly announced: boolean;
  /** The steps that make the check pass. */
  readonly announceWith: string;
}
