"""What people write in Vietnamese in the simulated world. The syntax of a phrase is told in `wording`.

Written with all diacritics; `wording` makes the forms without them, and the abbreviations of chats (teencode).
Words that without diacritics name a high risk (đọc and độc, chạy and cháy) or a topic (sắc and sạc) are left out.
"""

from __future__ import annotations

from tocsin.world.phrases import Phrases

VIETNAMESE = Phrases(
    slots={
        "d": ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật", "hôm qua", "tuần trước"),
        "w": (
            "chị mình", "bố mình", "mẹ mình", "em mình", "bạn mình", "sếp mình", "cô hàng xóm", "đồng nghiệp",
            "vợ mình", "chồng mình", "anh họ mình", "cả nhà mình", "con mình",
        ),
        "i": ("hoidap", "tintuc", "cuocsong", "dichvu", "kinhnghiem", "cuoituan"),
    },
    openers=(
        "Hôm nay ", "Mọi người ơi ", "Cả nhà ơi ", "Thật ra ", "Nói thật là ", "Các bác ơi ", "Từ {p}: ",
        "Như {d} mình có nói, ", "Theo {w} thì ", "Ngày thứ {n}: ", "Ad ơi ", "Tóm lại là ", "Cho mình hỏi nhờ, ",
    ),
    closers=(
        ".", "!", "...", " ở {p}", " hôm nay", " ạ", " #{i}", " từ {n} giờ", " luôn", " nha", " nhé", " 🙃",
        " lần thứ {n}", " lúc {n}:{k}", " có ai giống mình không?",
    ),
    cores={
        "chatter": (
            "[đang|vẫn|còn] chờ {t} của {b}",
            "mới chuyển sang {b} được {n} tuần vì {t}",
            "[xem|thấy] bài về {b} và {t}",
            "lần đầu dùng {b}, để xem {t} thế nào",
            "{b} vừa đổi {t} [từ {d}|]",
            "{w} đang làm bên {t} của {b}",
            "vừa nói với {w} về {t} của {b}",
            "{t} của {b} [chắc|khoảng] {n} ngày nữa mới có",
            "so {b} với {n} bên khác, nhất là {t}",
            "{w} hỏi mình thấy {t} của {b} sao",
            "{k} người đang xếp hàng ở {b} {p} vì {t}",
        ),
        "question": (
            "{b} cho hỏi {t} đổi ở đâu?", "{b} có {t} ở {p} không?", "ai biết {t} của {b} không?",
            "{t} của {b} mất khoảng {n} ngày phải không?", "{w} dùng {t} {b} của mình được không?",
            "{b} mấy giờ làm {t} ở {p} vậy?", "{b} có loại {t} nào hợp với {w} không?",
        ),
        "praise": (
            "[rất|quá|cực kỳ] hài lòng với {t} của {b}",
            "cảm ơn {b}, {t} xong trong {n} phút",
            "{t} của {b} [tuyệt vời|quá xịn|rất ổn]",
            "{b} {t} rất tốt",
            "nhân viên {b} ở {p} dễ thương, {t} nhanh gọn",
            "{w} giới thiệu {t} của {b}, đúng là thích thật",
            "{n} năm dùng {b} vẫn thích {t} nhất",
            "[khen|mười điểm cho] {b} vụ {t}",
        ),
        "complaint": (
            "{b} {t} của tôi vẫn chưa có [từ {d}|]",
            "chờ {b} {n} tiếng vì {t}",
            "{b} không trả lời về {t} [cho {w}|từ {d}|]",
            "thất vọng với {t} của {b}",
            "{t} của {b} bị hỏng rồi",
            "{b} trừ tiền {w} hai lần vì {t}",
            "gọi {b} {n} lần vì {t} mà không ai biết gì",
            "{b} hẹn {d} có {t} mà giờ vẫn chưa thấy",
            "{b} hủy {t} của mình không báo một câu",
            "{t} của {b} dùng được {k} phút là hỏng",
            "muốn {b} hoàn tiền {t}",
        ),
        "outrage": (
            "{b} {n} tiếng rồi không có {t}, không thể chấp nhận",
            "{b} {t} [quá tệ|tệ hại|quá kém], không ai trả lời",
            "[bực mình|bực bội|tức giận] với {t} của {b}",
            "{t} của {b} hỏng cả ở {p}",
            "nghỉ dùng {b}, {t} thảm họa",
            "{b} làm ăn kiểu gì mà {w} chờ {t} {n} tiếng",
            "mấy trăm người ở {p} không có {t}, {b} mặc kệ",
            "{b} nói dối về {t}, xấu hổ thật",
            "quá thất vọng, {b} im lặng {n} tiếng vụ {t}",
            "hỏng hết cả ngày của {w} vì {t} của {b}",
            "{b} sửa {t} đi, tức lắm rồi",
        ),
        "reaction": (
            "{b} đăng bài về {t} thế này thật đáng xấu hổ",
            "{b} xóa bài đi, quá phản cảm",
            "{b} coi thường khách hàng, xin lỗi [{w}|mọi người|] đi",
            "{w} xem bài của {b} về {t} mà tức",
            "{n} năm dùng {b} giờ bị đem {t} ra cười, tệ thật",
            "ai duyệt bài này cho {b} vậy? quá kém duyên",
            "bỏ {b} sau bài này, thiếu tôn trọng",
        ),
        "campaign": (
            "tham gia {c} cùng {b} nè", "{b} {c} vui quá", "cảm ơn {b} vì {c}", "cùng {w} đi {c} của {b}",
            "{c} ở {p} đông vui, {b} làm tốt lắm", "ảnh mình gửi {c} của {b}", "ngày {n} của {c} với {b}",
        ),
        "rant": ("{b} {t} như rác", "{b} TRẢ LỜI đi, {t} quá tệ"),
    },
    tails={
        "plain": (
            "{d} mình kể tiếp", "để hỏi {w} xem", "giờ là {n}:{k}", "mình đang ở {p}", "{n} ngày nữa biết",
            "{w} dùng {n} năm rồi", "uống cà phê đã", "tìm mất {k} phút", "có ai thử chưa", "ảnh để {d}",
            "ở {p} thì khác", "số {k} trong danh sách", "hóng thôi", "mình chưa biết nữa",
        ),
        "good": (
            "{w} cũng nói vậy", "chỉ {k} phút là xong", "sẽ quay lại với {w}", "mọi người nên thử",
            "ở {p} ai cũng khen",
            "lần thứ {n} rồi", "tưởng phải {n} tuần", "cứ thế nhé", "{w} cười suốt", "đáng tiền",
        ),
        "bad": (
            "gọi {n} cuộc không ai nghe", "chờ từ {d}", "{w} cũng bị", "hẹn {n} ngày mà giờ {k} ngày",
            "ở {p} cũng thế",
            "lần sau dùng bên khác", "chat thì tự tắt", "{w} trả đủ tiền rồi đó", "phải gọi cho ai đây",
            "mình xin nghỉ một ngày vì việc này", "nghe nhạc chờ {k} phút", "làm ơn xử lý giúp",
            "mã của mình là {k}{k}",
            "{n}:{k} mình bỏ cuộc", "từ {d} không một lời",
        ),
    },
    brand_posts={
        "faux-pas": (
            "Hết kiên nhẫn với {t}? Tụi mình cũng hết đếm nổi rồi 😂 {h}",
            "Có người than về {t}. Ở đây gọi là tập thể dục 😜 {h}",
        ),
        "campaign": ("{c} bắt đầu rồi! Hẹn gặp ở {p} và khắp nơi {h}",),
    },
    headlines={
        "calm": (
            "{b} mở rộng {t} tới {p}", "{b} mở văn phòng mới ở {p}", "Gặp những người làm {t} của {b}",
            "{b} cần {k} nhân sự ở {p}", "{n} điều nên biết về {t} của {b}",
        ),
        "storm": (
            "Khách hàng {b} [bức xúc|tức giận] vì {t} [ở {p}|suốt {n} tiếng]", "{b} im lặng trước sự cố {t} ở {p}",
            "\"{n} tiếng không có {t}\": khách {b} ở {p} kêu trời",
        ),
        "faux-pas": (
            "{b} bị chỉ trích [ở {p}|trên mạng] vì bài đăng phản cảm về {t}",
            "Trò đùa kém duyên của {b} gây bức xúc [ở {p}|với {k} nghìn lượt xem]",
        ),
        "campaign": ("{b} thu hút đám đông với {c} ở {p}", "{c} của {b} thành công [ở {p}|sau {n} ngày]"),
    },
    attack_mild=(
        "Mọi người đã [biết|thấy] {b} làm gì với {t} chưa? Xem cái này trước khi [mua|trả tiền|ký] nhé",
        "Hàng nghìn người ở {p} đang bỏ {b} vì {t}. Xem lý do [tại đây|hôm nay]",
        "Vui quá vì đã bỏ {b} sau {n} năm! Quyết định đúng nhất cho {t}, mọi người cũng thử đi",
        "{b} và {t}: câu chuyện [đầy đủ|thật] mà báo không đăng. [Chia sẻ|Gửi cho bạn bè] nhé",
    ),
    attack_harsh=(
        "Không ai nên tin {b} về {t} nữa. Xấu hổ vì những gì họ làm với người dân {p}",
        "{b} nói dối về {t} và cười khách hàng. Công ty [quá tệ|tồi tệ], tránh xa ra",
        "Không bao giờ trả tiền cho {b} nữa: {t} [quá tệ|thảm họa] mà họ còn giấu",
    ),
    attack_tags=("Bo{h}", "{h}SuThat", "Hoi{h}", "Khong{h}", "{h}NoiDoi"),
)  # fmt: skip
