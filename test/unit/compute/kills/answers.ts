/** What is answered whatever happens. */

export const LOCAL_IMAGE = {
  ...{ imageId: 'image-1', reference: 'nova-image:image-1', sizeBytes: 1 },
  defaults: { entrypoint: [], command: ['sh'], labels: {}, variables: [], volumes: [] },
};

/** Less than any flavor has. */
export const USAGE = {
  ...{ cpuTimeNs: 0, cpuTimesNs: [], memoryBytes: 1, memoryLimitBytes: 1, pids: 1, interfaces: new Map() },
  ...{ reads: { bytes: 0, requests: 0 }, writes: { bytes: 0, requests: 0 } },
};
