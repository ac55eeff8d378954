"""`manage.py create_staff USERNAME --region CODE --role ROLE`: a named account from the command line."""

import getpass
import os

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from yanliang.accounts.enums import Role
from yanliang.accounts.models import Staff
from yanliang.audit.trail import record


class Command(BaseCommand):
    help = "新建账号；密码取自环境变量 STAFF_PASSWORD，没有则询问。首次登录须改密码。"

    def add_arguments(self, parser):
        parser.add_argument("username", help="用户名")
        parser.add_argument("--region", default="", help="所属区划代码（系统管理员可不填）")
        parser.add_argument("--role", required=True, choices=Role.values, help="角色")
        parser.add_argument("--name", default="", help="姓名")
        parser.add_argument("--post", default="", help="职务")
        parser.add_argument("--department", default="", help="认定部门（部门账号必填，如：扶贫）")
        parser.add_argument("--phone", default="", help="手机")

    def handle(self, username, region, role, name, post, department, phone, **options):
        staff = Staff(
            username=username,
            region_id=region or None,
            role=role,
            full_name=name,
            post=post,
            department=department,
            phone=phone,
            is_staff=role == Role.KEEPER,
        )
        password = os.environ.get("STAFF_PASSWORD") or getpass.getpass(f"{username} 的密码：")
        try:
            validate_password(password, staff)
            staff.set_password(password)
            staff.full_clean()
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        with transaction.atomic():
            staff.save()
            record("account_saved", staff, after={"role": role, "region": region})
        self.stdout.write(
            f"已新建账号 {username}（{staff.get_role_display()}，{region or '系统'}）。"
        )
