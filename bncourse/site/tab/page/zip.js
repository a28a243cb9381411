// A zip of texts, written and read with what browsers have.

const TABLE = Array.from({ length: 256 }, (_, number) => {
  for (let bit = 0; bit < 8; bit++) number = number & 1 ? (number >>> 1) ^ 0xedb88320 : number >>> 1;
  return number >>> 0;
});
const MOST = 200_000_000; // bytes that are unpacked

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

function numbers(...pairs) {
  const bytes = new DataView(new ArrayBuffer(pairs.reduce((sum, [size]) => sum + size, 0)));
  let place = 0;
  for (const [size, value] of pairs) {
    if (size === 4) bytes.setUint32(place, value, true);
    else bytes.setUint16(place, value, true);
    place += size;
  }
  return new Uint8Array(bytes.buffer);
}

// Takes pairs of a path and a text; gives a Blob.
export async function pack(entries, now = new Date()) {
  const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
  const day = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
  const packs = typeof CompressionStream === "function";
  const parts = [];
  const list = [];
  let place = 0;
  for (const [path, text] of entries) {
    const name = new TextEncoder().encode(path);
    const plain = new TextEncoder().encode(text);
    const packed = packs ? await through(new CompressionStream("deflate-raw"), plain) : plain;
    const about = [
      [2, 20], [2, 0x0800], [2, packs ? 8 : 0], [2, time], [2, day],
      [4, crc(plain)], [4, packed.length], [4, plain.length], [2, name.length], [2, 0],
    ];
    parts.push(numbers([4, 0x04034b50], ...about), name, packed);
    list.push(numbers([4, 0x02014b50], [2, 20], ...about, [2, 0], [2, 0], [2, 0], [4, 0], [4, place]), name);
    place += 30 + name.length + packed.length;
  }
  const size = list.reduce((sum, part) => sum + part.length, 0);
  const count = entries.length;
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, place], [2, 0]);
  return new Blob([...parts, ...list, end], { type: "application/zip" });
}

// Takes a Blob; gives pairs of a path and a text. Throws an Error whose message says what is wrong.
export async function unpack(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Error("it is no zip, or it was cut short");
  const found = [];
  let place = view.getUint32(end + 16, true);
  let total = 0;
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (place + 46 > bytes.length || view.getUint32(place, true) !== 0x02014b50) throw new Error("its list of files is broken");
    const [method, size, full] = [view.getUint16(place + 10, true), view.getUint32(place + 20, true), view.getUint32(place + 24, true)];
    const [name, extra, note] = [28, 30, 32].map((at) => view.getUint16(place + at, true));
    const path = new TextDecoder().decode(bytes.subarray(place + 46, place + 46 + name));
    const at = view.getUint32(place + 42, true);
    const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    place += 46 + name + extra + note;
    total += full;
    if (total > MOST) throw new Error("it is larger than any work of this course");
    if (path.endsWith("/") || !/\.(ipynb|json|txt|jsonl)$/.test(path)) continue;
    const packed = bytes.subarray(start, start + size);
    if (method !== 0 && typeof DecompressionStream !== "function") throw new Error("this browser cannot unpack it; unpack it, and choose the notebooks");
    const plain = method === 0 ? packed : await through(new DecompressionStream("deflate-raw"), packed);
    found.push([path, new TextDecoder().decode(plain)]);
  }
  return found;
}
