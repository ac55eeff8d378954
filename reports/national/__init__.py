"""建档立卡户 in the national 住房安全排查鉴定信息系统 (domain rules §2).

The register knows who must be entered and on what safety basis (`households.models`); here the rows still to
enter go out in the columns that the system asks for, and the references that it gave come back.
"""
