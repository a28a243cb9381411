// Room in this browser's storage: Python's files fill most of it, and answers go first.

export const CACHE = `bncourse - ${new URL("..", import.meta.url).pathname}`;
export const ROOM = 20_000_000; // bytes that are left to answers

// Says whether there will be room for answers beside so many bytes.
export async function hasRoom(size = 0) {
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
  return !quota || quota - usage - size > ROOM;
}

// Does what writes. Where the storage is full, the copy of Python is given up, which comes from the host again; then once more.
export async function withRoom(write) {
  try {
    return await write();
  } catch (error) {
    if (error?.name !== "QuotaExceededError" || !(await giveUp().catch(() => false))) throw error;
    return await write();
  }
}

async function giveUp() {
  if (typeof caches === "undefined") return false;
  const cache = await caches.open(CACHE);
  const files = (await cache.keys()).filter(({ url }) => url.includes("/static/python-"));
  await Promise.all(files.map((request) => cache.delete(request)));
  return files.length > 0;
}
