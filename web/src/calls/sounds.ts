/** The sounds of calls, made here: it rings, it rings at the other one, it is over. */

/** One tone of a pattern, in seconds from its beginning. */
type Note = { at: number; frequency: number; lasts: number; gain: number };
type Pattern = { notes: readonly Note[]; every: number };

const chord = (at: number, lasts: number, gain: number, ...frequencies: number[]): Note[] =>
  frequencies.map((frequency) => ({ at, frequency, lasts, gain }));

/** A bright figure, twice, then a rest: heard across a room, and no alarm. */
const RING: Pattern = {
  notes: [0, 0.9].flatMap((at) => [
    ...chord(at, 0.18, 0.16, 783.99),
    ...chord(at + 0.16, 0.18, 0.16, 987.77),
    ...chord(at + 0.32, 0.4, 0.16, 1174.66, 783.99),
  ]),
  every: 3,
};

/** What a telephone lets its caller hear. */
const RINGBACK: Pattern = { notes: chord(0, 1, 0.05, 440, 480), every: 4 };

const OVER: Pattern = {
  notes: [...chord(0, 0.16, 0.09, 587.33), ...chord(0.18, 0.3, 0.09, 440)],
  every: Infinity,
};

let context: AudioContext | null = null;

/** Rings on one tab of this browser until it is stopped; gives how to stop. */
export function ring(callId: string): () => void {
  let stop: (() => void) | null = null;
  let isStopped = false;
  const end = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const play = async (): Promise<void> => {
    if (!isStopped) {
      const silence = repeat(RING);
      await end;
      silence();
    }
  };
  if ('locks' in navigator) {
    // Tabs that wait ring as soon as the one that rang is closed.
    void navigator.locks.request(`salala.ring.${callId}`, play);
  } else {
    void play();
  }
  return () => {
    isStopped = true;
    stop?.();
  };
}

/** Lets the caller hear that it rings; gives how to stop. */
export function ringBack(): () => void {
  return repeat(RINGBACK);
}

/** Says that a call is over. */
export function playOver(): void {
  repeat(OVER);
}

/** Plays a pattern again and again; a browser that was not touched yet stays silent. */
function repeat(pattern: Pattern): () => void {
  const gains = new Set<GainNode>();
  const once = (): void => {
    try {
      context ??= new AudioContext();
      if (context.state === 'suspended') {
        context.resume().catch(() => undefined);
      }
      for (const note of pattern.notes) {
        playNote(context, note, gains);
      }
    } catch {
      // There is no way to play anything here.
    }
  };
  once();
  const timer = Number.isFinite(pattern.every)
    ? setInterval(once, pattern.every * 1000)
    : undefined;
  return () => {
    clearInterval(timer);
    for (const gain of gains) {
      gain.disconnect();
    }
    gains.clear();
  };
}

function playNote(audio: AudioContext, note: Note, gains: Set<GainNode>): void {
  const at = audio.currentTime + note.at;
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(note.gain, at + 0.02);
  gain.gain.setValueAtTime(note.gain, at + Math.max(note.lasts - 0.08, 0.02));
  gain.gain.exponentialRampToValueAtTime(0.0001, at + note.lasts);
  const oscillator = audio.createOscillator();
  oscillator.type = 'sine';
  oscillator.frequency.value = note.frequency;
  oscillator.connect(gain).connect(audio.destination);
  oscillator.onended = () => {
    gain.disconnect();
    gains.delete(gain);
  };
  gains.add(gain);
  oscillator.start(at);
  oscillator.stop(at + note.lasts);
}
