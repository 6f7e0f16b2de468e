/** The sound of a new message: two soft tones, made here. */

let context: AudioContext | null = null;

/** Longer than tabs take to hear of the same message. */
const HEARD_FOR_MS = 2000;

/** Plays it on one tab of this browser, whichever hears of the message first. */
export function playOnce(messageId: string): void {
  if (!('locks' in navigator)) {
    play();
    return;
  }
  void navigator.locks.request(`salala.sound.${messageId}`, { ifAvailable: true }, async (lock) => {
    if (lock) {
      play();
      await new Promise((resolve) => setTimeout(resolve, HEARD_FOR_MS));
    }
  });
}

/** Plays it. A browser that was not touched yet stays silent. */
export function play(): void {
  try {
    context ??= new AudioContext();
    if (context.state === 'suspended') {
      context.resume().catch(() => undefined);
    }
    tone(context, 659.26, 0);
    tone(context, 880, 0.09);
  } catch {
    // There is no way to play anything here.
  }
}

function tone(audio: AudioContext, frequency: number, after: number): void {
  const at = audio.currentTime + after;
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.12, at + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
  const oscillator = audio.createOscillator();
  oscillator.type = 'sine';
  oscillator.frequency.value = frequency;
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.4);
}
