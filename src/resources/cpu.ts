import type { CpuFacts } from './facts.js';

/** libvirt's names of the makers, which people know from Nova's cpu_info. */
const VENDORS: Readonly<Record<string, string>> = { GenuineIntel: 'Intel', AuthenticAMD: 'AMD' };

/** The engine's names of architectures (uname -m) where Nova has others (nova/objects/fields.py Architecture, 26). */
const ARCHITECTURES: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64', i386: 'i686' };

/** Nova's name of an architecture. */
export function novaArchitecture(engineName: string): string {
  return ARCHITECTURES[engineName] ?? engineName;
}

/** Reads /proc/cpuinfo. What a kernel does not tell (aarch64 tells little) is counted as one, or left empty. */
export function cpuFacts(cpuinfo: string, architecture: string): CpuFacts {
  const processors = cpuinfo.split(/\n\s*\n/).filter((block) => /^processor\s*:/m.test(block));
  const first = processors[0] ?? '';
  const either = (...names: readonly string[]) => names.map((name) => field(first, name)).find(Boolean) ?? '';
  const vendor = either('vendor_id', 'CPU implementer');
  return {
    arch: novaArchitecture(architecture),
    vendor: VENDORS[vendor] ?? vendor,
    model: either('model name', 'CPU part'),
    topology: topologyOf(processors),
    features: either('flags', 'Features').split(/\s+/).filter(Boolean).sort(),
  };
}

function topologyOf(processors: readonly string[]): CpuFacts['topology'] {
  const sockets = new Set(processors.map((block) => field(block, 'physical id') ?? '0')).size;
  const first = processors[0] ?? '';
  const cores = Number(field(first, 'cpu cores') ?? processors.length / Math.max(1, sockets));
  const siblings = Number(field(first, 'siblings') ?? cores);
  const atLeastOne = (n: number) => Math.max(1, Math.floor(n));
  return { sockets: atLeastOne(sockets), cores: atLeastOne(cores), threads: atLeastOne(siblings / atLeastOne(cores)) };
}

function field(block: string, name: string): string | undefined {
  const line = block.split('\n').find((one) => one.split(':')[0]?.trim() === name);
  return line?.slice(line.indexOf(':') + 1).trim();
}

/**
 * The kernel's name of a flag -> the trait (nova/virt/libvirt/utils.py CPU_TRAITS_MAPPING, 26, which has libvirt's names).
 * VMX and SVM are left out: a container gets no /dev/kvm, so it can't use them.
 */
const FLAG_TRAITS: Readonly<Record<string, string>> = {
  '3dnow': '3DNOW',
  abm: 'ABM',
  aes: 'AESNI',
  avx: 'AVX',
  avx2: 'AVX2',
  avx512bw: 'AVX512BW',
  avx512cd: 'AVX512CD',
  avx512dq: 'AVX512DQ',
  avx512er: 'AVX512ER',
  avx512f: 'AVX512F',
  avx512pf: 'AVX512PF',
  avx512vl: 'AVX512VL',
  avx512_vnni: 'AVX512VNNI',
  avx512vbmi: 'AVX512VBMI',
  avx512ifma: 'AVX512IFMA',
  avx512_vbmi2: 'AVX512VBMI2',
  avx512_bitalg: 'AVX512BITALG',
  vaes: 'AVX512VAES',
  gfni: 'AVX512GFNI',
  vpclmulqdq: 'AVX512VPCLMULQDQ',
  avx512_vpopcntdq: 'AVX512VPOPCNTDQ',
  bmi1: 'BMI',
  bmi2: 'BMI2',
  pclmulqdq: 'CLMUL',
  f16c: 'F16C',
  fma: 'FMA3',
  fma4: 'FMA4',
  mmx: 'MMX',
  mpx: 'MPX',
  sha_ni: 'SHA',
  sse: 'SSE',
  sse2: 'SSE2',
  pni: 'SSE3',
  sse4_1: 'SSE41',
  sse4_2: 'SSE42',
  sse4a: 'SSE4A',
  ssse3: 'SSSE3',
  tbm: 'TBM',
  xop: 'XOP',
};

/** Traits of the processor. */
export function cpuTraits(cpu: CpuFacts): readonly string[] {
  const threading = cpu.topology.threads > 1 ? ['HW_CPU_HYPERTHREADING'] : [];
  if (cpu.arch !== 'x86_64' && cpu.arch !== 'i686') return threading;
  const flags = cpu.features.flatMap((flag) =>
    FLAG_TRAITS[flag] === undefined ? [] : [`HW_CPU_X86_${FLAG_TRAITS[flag]}`],
  );
  return [...threading, ...flags];
}
