"""What answers say in Vietnamese: bạn to friends, Quý khách to strangers. The syntax is told in `phrases`."""

from __future__ import annotations

from tocsin.response.replies.phrases import Phrases

VIETNAMESE = Phrases(
    greetings={
        "warm": ("Chào {name}", "Chào bạn"),
        "plain": ("Chào {name}", "Chào bạn"),
        "formal": ("Kính chào {name}", "Kính chào Quý khách"),
    },
    flows_on=True,
    feeling={
        "service": (
            (
                "Cần giúp mà gọi mãi không gặp được ai thì thật sự rất nản. Bên mình rất tiếc vì bạn "
                "đang phải trải qua điều này."
            ),
            "Bên mình hiểu bạn đã mệt vì phải hỏi đi hỏi lại. Cảm ơn bạn đã nói với bên mình.",
            "Bạn tìm đến để được giúp mà chưa được giúp. Bên mình rất tiếc và muốn cùng bạn xem lại từ đầu.",
        ),
        "delay": (
            "Chờ đã mệt, không biết chờ đến bao giờ còn mệt hơn. Bên mình rất tiếc vì bạn đang phải chờ như vậy.",
            "Thời gian của bạn rất quý, bên mình rất tiếc vì bạn phải dành nó để chờ đợi.",
            "Bên mình rất tiếc về việc chờ đợi này. Bạn còn bao dự định khác mà phải gác lại.",
        ),
        "cancellation": (
            "Đã lên kế hoạch rồi mà bị hủy thì buồn thật. Bên mình rất tiếc vì chuyện này xảy ra với bạn.",
            "Bên mình rất tiếc về việc hủy này. Phải sắp xếp lại mọi thứ không hề nhẹ nhàng chút nào.",
            "Bị hủy như vậy là đảo lộn cả một ngày. Bên mình rất tiếc vì đó lại là ngày của bạn.",
        ),
        "delivery": (
            "Đó là đồ của bạn, và bên mình rất tiếc vì nó chưa ở bên bạn.",
            "Không biết đồ của mình đang ở đâu thì lo lắm. Bên mình rất tiếc và muốn cùng bạn tìm.",
            "Bên mình rất tiếc vì bạn phải hỏi xem nó đang ở đâu. Bên mình hiểu bạn mong nhận được nó.",
        ),
        "product-defect": (
            "Bạn bỏ tiền để có thứ dùng được, và bên mình rất tiếc vì nó không như vậy.",
            "Mua về mà không dùng được như ý thì bực lắm. Bên mình rất tiếc, và cảm ơn bạn đã báo.",
            "Bên mình rất tiếc vì nó không hoạt động như bạn cần. Bên mình muốn hiểu thật rõ chuyện gì đang xảy ra.",
        ),
        "billing": (
            "Tiền bạc không phải chuyện nhỏ, và một khoản thu khó hiểu thì ai cũng lo. Bên mình hiểu nỗi lo đó.",
            "Bên mình hiểu vì sao khoản tiền đó làm bạn bức xúc. Bạn xứng đáng có một câu trả lời rõ ràng.",
            "Không ai thích bị bất ngờ vì một khoản thu. Cảm ơn bạn đã hỏi thẳng bên mình.",
        ),
        "booking": (
            "Chỉ muốn đặt cho xong mà phải vật lộn mãi thì mệt thật. Bên mình rất tiếc vì hôm nay khó khăn như vậy.",
            "Bên mình rất tiếc vì việc đặt chỗ làm bạn vất vả. Lẽ ra đó là phần dễ nhất.",
            "Thử đi thử lại mà vẫn chưa đặt được thì ai cũng nản. Bên mình rất tiếc vì bạn gặp phải chuyện này.",
        ),
        "safety": (
            "Điều bạn kể cũng làm bên mình lo, cảm ơn bạn đã lên tiếng. Mong bạn vẫn ổn.",
            "Cảm ơn bạn đã báo. Trước hết, mong bạn và mọi người đi cùng đều bình an.",
            "Bên mình coi đây là chuyện nghiêm túc, và may là bạn đã nói ra. Mong không ai bị thương.",
        ),
        "privacy": (
            "Đó là thông tin của bạn, và bên mình hiểu chuyện này làm bạn bất an. Cảm ơn bạn đã nói với bên mình.",
            "Bên mình hiểu bạn lo lắng. Bạn có quyền được trả lời rõ ràng về dữ liệu của chính mình.",
            "Cảm ơn bạn đã nêu ra. Nỗi lo về dữ liệu cá nhân luôn được bên mình coi trọng.",
        ),
        "discrimination": (
            "Không ai đáng bị đối xử kém hơn người khác. Cảm ơn bạn đã kể, chắc hẳn điều đó không dễ dàng.",
            "Đọc điều bạn kể đã thấy đau lòng, trải qua hẳn còn đau hơn nhiều. Cảm ơn bạn đã không giữ im lặng.",
            "Điều bạn kể và cách bạn được đối xử đều quan trọng với bên mình. Cảm ơn bạn đã lên tiếng.",
        ),
        "employee": (
            "Cách mọi người ở đây nói chuyện với bạn rất quan trọng, và điều bạn kể không thể xem nhẹ. Cảm ơn bạn.",
            "Bên mình rất tiếc vì trải nghiệm bạn vừa kể. Dù hỏi điều gì, bạn cũng xứng đáng được lịch sự.",
            "Cảm ơn bạn đã kể mình được đối xử ra sao. Bên mình muốn nghe chính lời của bạn.",
        ),
        "rumour": (
            "Cảm ơn bạn đã nói với bên mình. Đọc được điều như vậy thì lo là phải.",
            "Bên mình thấy chuyện này đang được lan truyền, bạn thắc mắc là điều dễ hiểu. Cảm ơn bạn đã nêu ra.",
            "Bạn nói thẳng với bên mình là đúng. Nghe chuyện như thế mà chưa thấy ai trả lời thì bất an thật.",
        ),
        "ethics": (
            "Bạn mong bên mình làm ăn tử tế, và bạn hoàn toàn có quyền hỏi về chuyện này.",
            "Bên mình hiểu chuyện này với bạn không chỉ là một lần mua hàng. Cảm ơn bạn đã nói thẳng.",
            "Đây là chuyện nghiêm túc, và bên mình thà nghe từ bạn còn hơn không được nghe.",
        ),
        "other": (
            "Bên mình thấy bạn đang rất bực, và muốn hiểu vì sao. Cảm ơn bạn đã nói ra.",
            "Bên mình rất tiếc vì mọi chuyện tệ đến mức bạn phải viết những dòng này. Bên mình muốn nghe thêm.",
            "Cảm ơn bạn đã nói thẳng. Đọc mà thấy tiếc, và bên mình muốn biết chuyện gì phía sau.",
        ),
        "question": (
            "Cảm ơn bạn đã hỏi! Bên mình muốn trả lời cho đúng chứ không chỉ cho nhanh.",
            "Câu hỏi hay lắm, cảm ơn bạn đã hỏi bên mình.",
            "Cảm ơn bạn đã nhắn. Bên mình rất vui được giúp bạn.",
        ),
    },
    sober={
        "service": (
            (
                "Chúng tôi đã đọc tin của {bạn|Quý khách}: cần hỗ trợ mà chưa được hỗ trợ. Chúng tôi "
                "muốn xem lại việc này."
            ),
            "Chúng tôi đã đọc điều {bạn|Quý khách} viết về dịch vụ, và muốn chuyển đến đúng người phụ trách.",
        ),
        "delay": (
            "Chúng tôi thấy {bạn|Quý khách} đang phải chờ, và rất tiếc vì mất nhiều thời gian như vậy.",
            (
                "Chúng tôi rất tiếc về việc chờ đợi. {Bạn|Quý khách} muốn biết chuyện gì đang xảy ra, "
                "điều đó hoàn toàn đúng."
            ),
        ),
        "cancellation": (
            "Chúng tôi rất tiếc về việc hủy và những xáo trộn trong kế hoạch của {bạn|Quý khách}.",
            (
                "Chúng tôi đã đọc rằng kế hoạch của {bạn|Quý khách} bị hủy, và rất tiếc. Điều quan trọng "
                "bây giờ là bước tiếp theo."
            ),
        ),
        "delivery": (
            "Chúng tôi đã đọc rằng đồ của {bạn|Quý khách} chưa đến nơi, và rất tiếc.",
            "Chúng tôi rất tiếc vì {bạn|Quý khách} vẫn phải chờ đồ của mình.",
        ),
        "product-defect": (
            "Chúng tôi đã đọc rằng sản phẩm không hoạt động như mong đợi, và rất tiếc.",
            "Cảm ơn {bạn|Quý khách} đã báo. Biết chính xác {bạn|Quý khách} thấy gì sẽ giúp rất nhiều.",
        ),
        "billing": (
            (
                "{Bạn|Quý khách} hỏi về tiền và cần câu trả lời chính xác. Chúng tôi muốn cùng "
                "{bạn|Quý khách} xem từng khoản."
            ),
            "Chúng tôi đã đọc tin của {bạn|Quý khách} về khoản thu. Việc này cần được xem từng dòng một.",
        ),
        "booking": (
            "Chúng tôi đã đọc rằng việc đặt chỗ không suôn sẻ, và rất tiếc.",
            "Chúng tôi rất tiếc về trục trặc khi đặt chỗ. Cảm ơn {bạn|Quý khách} đã cho biết bị vướng ở đâu.",
        ),
        "safety": (
            "Cảm ơn {bạn|Quý khách} đã báo. Chúng tôi coi đây là việc nghiêm túc và mong không ai bị thương.",
            "Chúng tôi đã đọc tin báo, và muốn bộ phận an toàn được nghe trực tiếp. Mong {bạn|Quý khách} vẫn bình an.",
        ),
        "privacy": (
            "Cảm ơn {bạn|Quý khách} đã nêu ra. Câu hỏi về dữ liệu cá nhân được chuyển thẳng đến người phụ trách.",
            "Chúng tôi đã đọc điều {bạn|Quý khách} lo ngại về dữ liệu; {bạn|Quý khách} có quyền được trả lời rõ ràng.",
        ),
        "discrimination": (
            (
                "Cảm ơn {bạn|Quý khách} đã kể. Mọi người đều đáng được tôn trọng như nhau, và điều "
                "{bạn|Quý khách} kể phải được xem xét."
            ),
            "Chúng tôi đã đọc điều {bạn|Quý khách} trải qua và coi đó là việc nghiêm túc.",
        ),
        "employee": (
            (
                "Cảm ơn {bạn|Quý khách} đã cho biết mình được đối xử ra sao. Chúng tôi muốn một người "
                "không có mặt lúc đó lắng nghe."
            ),
            "Chúng tôi đã đọc điều {bạn|Quý khách} viết về thái độ phục vụ và coi đó là việc nghiêm túc.",
        ),
        "rumour": (
            "Cảm ơn {bạn|Quý khách} đã nêu ra. Chúng tôi cũng đã thấy chuyện này.",
            "Chúng tôi cũng đã đọc được, và {bạn|Quý khách} nói thẳng với chúng tôi là đúng.",
        ),
        "ethics": (
            "Đó là câu hỏi chính đáng, và chúng tôi đã đọc kỹ.",
            (
                "Chúng tôi đã đọc lời phê bình của {bạn|Quý khách}. Đây là chuyện về cách chúng tôi làm "
                "việc, và chúng tôi coi trọng nó."
            ),
        ),
        "other": (
            "Chúng tôi đã đọc tin của {bạn|Quý khách} và muốn hiểu chuyện gì đã không ổn.",
            "Cảm ơn {bạn|Quý khách} đã nói rõ. Chúng tôi muốn biết thêm trước khi nói thêm.",
        ),
        "question": (
            "Cảm ơn câu hỏi của {bạn|Quý khách}.",
            "Cảm ơn {bạn|Quý khách} đã hỏi. Chúng tôi muốn trả lời thật chính xác.",
        ),
    },
    things={
        "hành lý": "hành lý của {bạn|Quý khách}",
        "vali": "vali của {bạn|Quý khách}",
        "kiện hàng": "kiện hàng",
        "đơn hàng": "đơn hàng của {bạn|Quý khách}",
        "gói hàng": "gói hàng của {bạn|Quý khách}",
        "chuyến bay": "chuyến bay của {bạn|Quý khách}",
        "vé": "vé của {bạn|Quý khách}",
        "wifi": "wifi",
        "app": "ứng dụng",
        "ứng dụng": "ứng dụng",
        "website": "trang web",
        "trang web": "trang web",
        "tài khoản": "tài khoản của {bạn|Quý khách}",
        "hóa đơn": "hóa đơn",
        "pin": "pin",
        "màn hình": "màn hình",
        "tổng đài": "tổng đài",
        "giao hàng": "việc giao hàng",
    },
    with_thing="chuyện xảy ra với {thing}",
    matters={
        "delay": "việc chậm trễ",
        "cancellation": "việc hủy",
        "billing": "các khoản tiền",
        "safety": "điều {bạn|Quý khách} báo",
        "privacy": "điều {bạn|Quý khách} nói về dữ liệu của mình",
        "discrimination": "điều {bạn|Quý khách} kể",
        "employee": "điều {bạn|Quý khách} kể",
        "ethics": "những điểm {bạn|Quý khách} nêu",
        "question": "câu hỏi của {bạn|Quý khách}",
        "other": "chuyện đã xảy ra",
    },
    looks=(
        "Hiện {bên mình|chúng tôi|chúng tôi} đang xem lại {matter}.",
        "Đã có người đang tìm hiểu {matter}.",
        "{Bên mình|Chúng tôi|Chúng tôi} đang tìm hiểu thêm về {matter}.",
    ),
    checks=(
        "{Bên mình|Chúng tôi|Chúng tôi} đang kiểm tra, và thà trả lời muộn còn hơn trả lời sai.",
        "{Bên mình|Chúng tôi|Chúng tôi} đang kiểm tra trước khi nói thêm, để điều nói ra là chắc chắn.",
        "{Bên mình|Chúng tôi|Chúng tôi} đang xem chuyện này từ đâu ra và có gì đúng; chưa biết thì sẽ không đoán.",
    ),
    causes=("Những gì đã biết:", "Đây là những gì đã biết:", "Đến lúc này đã biết:"),
    corrections=("Điều có thể nói chắc:", "Đây là điều đã được xác minh:", "Sự việc cho đến lúc này:"),
    sources=("Có thể kiểm tra tại đây: {link}", "Được giải thích tại đây: {link}"),
    times=("{hour}", "{hour} ngày {date}"),
    fixed=(
        "Mọi thứ đã hoạt động lại từ {time}.",
        "Từ {time} mọi thứ đã hoạt động lại.",
    ),
    next_words=(
        "{Bên mình|Chúng tôi|Chúng tôi} sẽ thông tin tiếp trước {time}.",
        "Tin tiếp theo sẽ có trước {time}.",
    ),
    invites=(
        "{Mình trao đổi|Chúng ta trao đổi|Xin được trao đổi} riêng để xem trường hợp của {bạn|Quý khách}, qua {route}",
        "Để có người cùng {bạn|Quý khách} xem cụ thể, {bạn|Quý khách} hãy nhắn qua {route}",
        "Những người có thể giúp trực tiếp {bạn|Quý khách} sẽ trả lời qua {route}",
        "Có vài điều không tiện hỏi ở chỗ đông người: {bạn|Quý khách} liên hệ giúp qua {route}",
    ),
    public_invites=(
        "Tin mới nhất luôn được đăng qua {route}",
        "Biết thêm điều gì, {bên mình|chúng tôi|chúng tôi} sẽ đăng qua {route}",
    ),
    keeps=(
        "{Bạn|Quý khách} đừng đăng thông tin cá nhân ở đây nhé; ai cũng đọc được.",
        "Xin đừng để thông tin cá nhân trong phần trả lời công khai.",
    ),
)
