/** The states of the runtime-spec (runtime.md, "State") plus `paused`, which every engine knows. */
export type ContainerStatus = "creating" | "created" | "running" | "paused" | "stopped";

/** Why an action is refused in a status, in the words engines match on; undefined when it is allowed. */
export function startRefusal(status: ContainerStatus): string | undefined {
  switch (status) {
    case "created":
      return undefined;
    case "creating":
      return "cannot start a container that is still being created";
    case "running":
      return "cannot start an already running container";
    case "paused":
      return "cannot start a container in the paused state";
    case "stopped":
      return "cannot start a container that has stopped";
    default:
      return status satisfies never;
  }
}

/** kill(1) makes sense only where there is a process. */
export function killRefusal(status: ContainerStatus): string | undefined {
  return status === "stopped" || status === "creating" ? "container not running" : undefined;
}

/** A created container is deleted without force, as every peer does; running ones need it. */
export function deleteRefusal(id: string, status: ContainerStatus): string | undefined {
  return status === "stopped" || status === "created"
    ? undefined
    : `cannot delete container ${id} that is not stopped: ${status}`;
}

export function pauseRefusal(status: ContainerStatus): string | undefined {
  return status === "running" || status === "created" ? undefined : "container not running";
}

export function resumeRefusal(status: ContainerStatus): string | undefined {
  return status === "paused" ? undefined : "container not paused";
}

/** A paused container would let the new process wait for ever, which is wanted only when it is said. */
export function execRefusal(status: ContainerStatus, ignorePaused: boolean): string | undefined {
  switch (status) {
    case "created":
    case "running":
      return undefined;
    case "paused":
      return ignorePaused ? undefined : "cannot exec in a paused container (use --ignore-paused to override)";
    case "creating":
      return "cannot exec in a container that is still being created";
    case "stopped":
      return "cannot exec in a stopped container";
    default:
      return status satisfies never;
  }
}
