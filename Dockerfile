# API and workers from one image: `holdfast api` or `holdfast worker` decides.
# Built in two stages, so that the image holds no build tools; every package is checked against the hash in the lock.
FROM python:3.11.13-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/holdfast \
 && /opt/holdfast/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY definitions definitions
COPY activities activities
COPY api api
COPY workers workers
COPY holdfast holdfast
RUN /opt/holdfast/bin/pip install --no-cache-dir --no-deps --no-build-isolation --no-index .

FROM python:3.11.13-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/holdfast --uid 10001 holdfast
COPY --from=build /opt/holdfast /opt/holdfast
USER holdfast
WORKDIR /var/lib/holdfast
VOLUME /var/lib/holdfast
ENV PATH=/opt/holdfast/bin:$PATH PYTHONUNBUFFERED=1 HOLDFAST_HOME=/var/lib/holdfast HOLDFAST_DEMO=false
ENTRYPOINT ["holdfast"]
CMD ["api"]
