// While the app's code arrives: how much of it is here, and what to do where it cannot start.

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

export default function boot() {
  const said = document.getElementById('boot-said');
  return {
    onProgress: ({ current, total }) => {
      said.textContent = `Loading … ${megabytes(current)} of ${megabytes(total)}`;
    },
    onSuccess: () => document.getElementById('boot').remove(),
    onFailure: (error) => {
      said.textContent = `Balmer could not start: ${error}. It needs a browser with WebAssembly; reload the page to try again.`;
    },
  };
}
