# 阎良住房安全排查台账: how the program is set up, run and checked.
#
#   make run     everything from a fresh clone to a program that answers
#   make test    the whole test suite, with all that it needs
#
# Each target installs only what is missing, so a second call is quick. Debian or Ubuntu with Python 3.11
# is expected. Python packages go to .venv/, the program's data to var/, throw-away files to .make/.
# The scripts that the targets call stand in .setup/ (set-up and serving) and .ci/ (continuous integration).

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test test-postgres lint bench bench-burst wheels clean python

# Each may be set on the command line or in the environment, e.g. make run PORT=8080
export HOST ?= 127.0.0.1
export PORT ?= 8000
# One sync worker more than cores serves most pages a second.
export WORKERS ?= 3
# Folder of wheels for a machine without internet (see `make wheels`).
export WHEELS ?=
# The interpreter to build .venv from, where it is not found as python3.11.
export PYTHON ?=
# 0 starts with an empty register instead of the small demo.
export DEMO ?= 1
# 1 starts although fonts or libraries of the system are missing.
export SKIP_SYSTEM ?= 0
export VAR_DIR ?= $(CURDIR)/var
export PYTHONUNBUFFERED := 1

PYTEST_ARGS ?= -n 2
BURST_ARGS ?=

# Tests and checks never touch the data of the running program, whatever the environment says.
test test-postgres lint bench bench-burst: export VAR_DIR := $(CURDIR)/.make/test-var

help:
	@echo 'make run            安装、建库并启动，浏览器打开 http://$(HOST):$(PORT)/'
	@echo '                    可设：PORT=8080  HOST=0.0.0.0  WORKERS=3  DEMO=0（不装示范数据）'
	@echo '                          VAR_DIR=数据目录  DATABASE_URL=postgres://…  WHEELS=离线包目录'
	@echo 'make test           运行全部测试；PYTEST_ARGS="-n 2" 可换成自己的参数'
	@echo 'make test-postgres  在临时的 PostgreSQL 上运行全部测试'
	@echo 'make lint           检查格式、代码、模板、模块依赖和迁移'
	@echo 'make bench          测量速度比'
	@echo 'make bench-burst    演一遍截止前的高峰：100 人、每秒 20 个请求、10 分钟；可设 BURST_ARGS="--minutes 1 …"'
	@echo 'make wheels         把全部 Python 依赖打成离线包（WHEELS=目录，默认 .make/wheels）'
	@echo 'make clean          删除 .venv 和临时文件；var/ 里的数据不动'

run:
	@bash .setup/port
	@echo '[1/6] 检查系统组件 …'
	@bash .setup/system pdf
	@echo '[2/6] 检查 Python 环境 …'
	@bash .setup/python
	@.venv/bin/python .setup/prepare.py
	@exec setpriv --pdeathsig TERM bash .setup/serve

test:
	@echo '[1/3] 检查系统组件 …'
	@bash .setup/system pdf browser
	@echo '[2/3] 检查 Python 环境 …'
	@bash .setup/python
	@echo '[3/3] 运行测试 …'
	@.venv/bin/python -m pytest $(PYTEST_ARGS)

test-postgres:
	@bash .ci/postgres $(MAKE) --no-print-directory test

lint: python
	@bash .setup/system pdf
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/djlint templates --check --quiet
	.venv/bin/djlint templates --lint --quiet
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run
	.venv/bin/python manage.py check --fail-level WARNING

bench: python
	@bash .setup/system pdf
	@.venv/bin/python -m tests.benchmarks

bench-burst: python
	@bash .setup/system pdf
	@bash .ci/postgres .venv/bin/python -m tests.benchmarks.burst $(BURST_ARGS)

python:
	@bash .setup/python

wheels: WHEELS_TO := $(or $(WHEELS),.make/wheels)
wheels:
	@WHEELS= bash .setup/python
	@mkdir -p '$(WHEELS_TO)'
	.venv/bin/python -m pip wheel --no-input --quiet --wheel-dir '$(WHEELS_TO)' -r requirements.txt
	@echo '离线包已放入 $(WHEELS_TO)；复制到目标机器后执行：make run WHEELS=目录'

clean:
	rm -rf .venv .make .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
