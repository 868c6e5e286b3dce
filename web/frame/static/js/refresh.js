// Looks again every two seconds at the part of the page marked data-refresh, as long as it stays marked. Focus and scroll stay,
// because nothing else is touched; without scripts people reload by themselves.
const every = 2000

async function refresh() {
  const old = document.querySelector("[data-refresh]")
  if (!old) return
  if (!document.hidden) {
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } })
      if (response.ok) {
        const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById(old.id)
        if (fresh) old.replaceWith(document.importNode(fresh, true))
      }
    } catch {
      // the network went away for a moment; the next round asks again
    }
  }
  setTimeout(refresh, every)
}

setTimeout(refresh, every)
