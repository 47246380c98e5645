# Three images of one build: `service` (the last one: what `docker build .` makes), `refresher`, `registry`.
#   docker build --target service --tag xm-predict/service:0.1.0 .
# Versions are those of the lock (its hashes have no place among constraints). No stage that runs holds pip, a compiler or a secret.

FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY mlproject/requirements.txt lock.txt
COPY pyproject.toml README.md LICENSE ./
COPY features/ features/
COPY training/ training/
COPY serving/ serving/
COPY mlproject/usecases/ mlproject/usecases/
COPY docs/reliability.md docs/reliability.md
RUN sed --quiet "s/^\([^ ]*==[^\\\\]*\).*/\1/p" lock.txt > constraints.txt
RUN pip wheel --quiet --no-deps --wheel-dir wheels .
RUN python -m venv --without-pip /app \
    && pip --python /app/bin/python install --quiet --constraint constraints.txt "$(ls wheels/*.whl)[serve]"

FROM build AS build-refresher
RUN pip --python /app/bin/python install --quiet --constraint constraints.txt "$(ls wheels/*.whl)[serve,registry]"

FROM python:3.12-slim AS build-registry
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
COPY mlproject/requirements.txt lock.txt
RUN sed --quiet "s/^\([^ ]*==[^\\\\]*\).*/\1/p" lock.txt > constraints.txt
RUN python -m venv --without-pip /app \
    && pip --python /app/bin/python install --quiet --constraint constraints.txt mlflow psycopg2-binary==2.9.13

# What all three run on: OpenMP for LightGBM, a user without rights, folders that volumes take over.
FROM python:3.12-slim AS base
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --quiet --yes --root-user-action=ignore pip \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin xm \
    && install --directory --owner=xm --group=xm --mode=0700 /data /data/serving /data/frames /data/keys /data/artifacts \
        /data/audit /data/journal /data/pseudonyms /data/sessions /data/calls
# The root file system may be read-only: all that is written goes to /data and /tmp.
ENV PATH=/app/bin:$PATH \
    HOME=/tmp \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    DO_NOT_TRACK=true \
    BENTOML_DO_NOT_TRACK=True \
    BENTOML_HOME=/tmp/bentoml \
    MLFLOW_DISABLE_TELEMETRY=true
WORKDIR /tmp

# The server of MLflow; where its data lies is said by the command.
FROM base AS registry
COPY --from=build-registry /app /app
USER xm
EXPOSE 5000
CMD ["mlflow", "server", "--help"]

# Fills the cache of verified bundles; the only one that knows how to reach the registry.
FROM base AS refresher
COPY --from=build-refresher /app /app
ENV XM_CACHE=/data/serving
USER xm
CMD ["python", "-m", "serving.refresh"]

# Answers from the cache. It listens on every address of its container, so it starts only with keys, and only
# with XM_BEHIND_PROXY=1 or a certificate of its own.
FROM base AS service
COPY --from=build /app /app
ENV XM_HOST=0.0.0.0 \
    XM_PORT=3000 \
    XM_CACHE=/data/serving \
    XM_LATEST=/data/frames \
    XM_REPORTS=/data/reports \
    XM_KEYS=/data/keys/keys.json \
    XM_SESSIONS=/data/sessions \
    XM_CALLS=/data/calls \
    XM_AUDIT=/data/audit \
    XM_JOURNAL=/data/journal \
    XM_PSEUDONYM_KEY_FILE=/data/pseudonyms/pseudonyms.key
USER xm
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client as h, os; c = h.HTTPConnection('127.0.0.1', int(os.environ['XM_PORT']), timeout=4); c.request('GET', '/livez'); raise SystemExit(c.getresponse().status != 200)"]
# What `xm-predict serve` becomes, with all settings from the environment. No init process is needed: it answers
# SIGTERM itself and ends its children.
CMD ["python", "-m", "serving"]
