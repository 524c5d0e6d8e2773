"""Names of Chinese provinces and large cities, as people write them."""

PROVINCES = frozenset(
    """
    北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南
    陕西 甘肃 青海 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 台湾
    """.split()  # noqa: SIM905
)
# The capitals of provinces, and cities of two million people and more.
CITIES = PROVINCES | frozenset(
    """
    石家庄 太原 沈阳 长春 哈尔滨 南京 杭州 合肥 福州 南昌 济南 郑州 武汉 长沙 广州 海口 成都 贵阳 昆明 西安 兰州 西宁
    呼和浩特 南宁 拉萨 银川 乌鲁木齐 深圳 大连 青岛 宁波 厦门 苏州 无锡 常州 徐州 南通 扬州 盐城 镇江 泰州 淮安 连云港
    宿迁 温州 嘉兴 绍兴 金华 台州 湖州 佛山 东莞 珠海 中山 惠州 汕头 江门 湛江 茂名 揭阳 潮州 泉州 漳州 莆田 烟台 潍坊
    临沂 济宁 淄博 威海 菏泽 德州 聊城 泰安 唐山 保定 邯郸 沧州 廊坊 邢台 洛阳 南阳 新乡 开封 许昌 安阳 周口 商丘 信阳
    驻马店 襄阳 宜昌 荆州 黄冈 孝感 株洲 湘潭 衡阳 岳阳 常德 邵阳 赣州 九江 上饶 宜春 芜湖 阜阳 蚌埠 安庆 六安 绵阳
    德阳 宜宾 泸州 南充 达州 遵义 曲靖 柳州 桂林 玉林 咸阳 宝鸡 渭南 榆林 大同 包头 鄂尔多斯 鞍山 大庆 齐齐哈尔 吉林市
    """.split()  # noqa: SIM905
)
