#include "ui/pages/pay_page.h"

#include "ui/format/amount.h"
#include "ui/format/problem.h"
#include "ui/format/text.h"
#include "ui/format/time.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/qr.h"
#include "ui/widgets/text.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QImageReader>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QThreadPool>

namespace runnel::ui {

namespace {

/// Longer texts are no invoices; they are not even looked at.
constexpr int longest_text = 20'000;

QWidget* column(QVBoxLayout*& layout) {
    auto* const out = new QWidget;
    layout = new QVBoxLayout(out);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(space::normal);
    return out;
}

QString feeBefore(const api::Inspection& looked, Msat amount) {
    const auto most = feeText(api::usual_max_fee(amount));
    if (looked.fee && looked.fee->is_zero()) return PayPage::tr("No fee: the payee is at the other end of your channel");
    if (looked.fee) return PayPage::tr("%1, never more than %2").arg(feeText(*looked.fee), most);
    return PayPage::tr("Never more than %1").arg(most);
}

}  // namespace

PayPage::PayPage(WalletModel& wallet, QWidget* parent) : Page(tr("Pay"), "payPage", parent), m_wallet(wallet) {
    buildEntry();
    buildProgress();
    buildResult();
    body()->addStretch(1);
    m_look_soon.setSingleShot(true);
    m_look_soon.setInterval(120);
    connect(&m_look_soon, &QTimer::timeout, this, &PayPage::look);
    m_clock.setInterval(1000);
    connect(&m_clock, &QTimer::timeout, this, [this] {
        const auto seconds = (QDateTime::currentMSecsSinceEpoch() - m_began) / 1000;
        m_progress_hint->setText(seconds < 10 ? tr("This usually takes a moment. You can look at other pages meanwhile.")
                                              : tr("Since %1. It goes on when you look at other pages; nothing is paid twice.")
                                                    .arg(durationText(static_cast<std::uint64_t>(seconds) * 1000)));
    });
    connect(&m_wallet, &WalletModel::namesChanged, this, [this] {
        if (m_looked) show(*m_looked);
    });
    again();
}

void PayPage::buildEntry() {
    QVBoxLayout* layout = nullptr;
    m_entry = column(layout);
    m_text = new QPlainTextEdit;
    m_text->setObjectName(QStringLiteral("payText"));
    m_text->setAccessibleName(tr("Lightning invoice"));
    m_text->setPlaceholderText(tr("Paste a Lightning invoice here. It begins with “ln”."));
    m_text->setTabChangesFocus(true);
    m_text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_text->setWordWrapMode(QTextOption::WrapAnywhere);
    m_text->setFixedHeight(Theme::current().px(92));
    layout->addWidget(labelled(tr("&Invoice"), m_text));
    auto* const buttons = new QWidget;
    auto* const flow = new FlowLayout(space::small, buttons);
    auto* const paste = new Button(ButtonKind::secondary, tr("Paste from the clip&board"), "payPaste");
    paste->setGlyph(QStringLiteral("paste"));
    auto* const picture = new Button(ButtonKind::secondary, tr("Open a QR &picture"), "payPicture");
    picture->setGlyph(QStringLiteral("qr"));
    flow->addWidget(paste);
    flow->addWidget(picture);
    layout->addWidget(buttons);
    m_problem = new Banner("payProblem");
    layout->addWidget(m_problem);
    buildPreview();
    layout->addWidget(m_preview);
    buildPractice();
    body()->addWidget(m_entry);

    connect(m_text, &QPlainTextEdit::textChanged, this, [this] { m_look_soon.start(); });
    connect(paste, &Button::clicked, this, [this] {
        const auto* const clipboard = QGuiApplication::clipboard();
        const auto text = clipboard->text();
        if (text.isEmpty() && !clipboard->image().isNull()) return readPicture(clipboard->image());
        if (text.trimmed().isEmpty()) {
            m_problem->showNote("warn", QStringLiteral("info"), tr("The clipboard is empty."), tr("Copy an invoice first, then paste it here."));
            return;
        }
        setText(text);
    });
    connect(picture, &Button::clicked, this, &PayPage::openPicture);
}

void PayPage::buildPreview() {
    m_preview = new Card("plain");
    m_preview->setObjectName(QStringLiteral("payPreview"));
    m_amount = new AmountLabel(Type::display, "payAmount");
    m_amount_edit = new AmountEdit(tr("Amount to pay"), "payAmountEdit");
    m_amount_hint = new Text("caption");
    m_amount_row = labelled(tr("&Amount to pay"), m_amount_edit);
    m_amount_row->layout()->addWidget(m_amount_hint);
    m_facts = new Facts;
    m_pay = new Button(ButtonKind::primary, tr("&Pay now"), "payNow");
    m_pay->setGlyph(QStringLiteral("pay"));
    auto* const layout = m_preview->body();
    layout->addWidget(new Text("muted", tr("You pay")));
    layout->addWidget(m_amount);
    layout->addWidget(m_amount_row);
    layout->addSpacing(space::hair);
    layout->addWidget(m_facts);
    layout->addSpacing(space::small);
    layout->addWidget(m_pay, 0, Qt::AlignLeft);
    connect(m_amount_edit, &QLineEdit::textChanged, this, &PayPage::updatePay);
    connect(m_amount_edit, &QLineEdit::returnPressed, m_pay, &QPushButton::click);
    connect(m_pay, &Button::clicked, this, &PayPage::pay);
}

void PayPage::buildPractice() {
    if (m_wallet.practice() == nullptr) return;
    auto* const card = new Card("info");
    card->setObjectName(QStringLiteral("payPractice"));
    card->body()->addWidget(new Text("title", tr("Buy something to practise")));
    card->body()->addWidget(new Text("body", tr("The practice shop makes an invoice of the amount you say. Its second till can only be reached through the hub.")));
    m_practice_amount = new AmountEdit(tr("Amount to practise with"), "practiceAmount");
    m_practice_amount->setAmount(Sat(10'000));
    card->body()->addWidget(labelled(tr("A&mount"), m_practice_amount));
    auto* const buttons = new QWidget;
    auto* const flow = new FlowLayout(space::small, buttons);
    auto* const shop = new Button(ButtonKind::secondary, tr("Buy in the &shop"), "practiceBuy");
    shop->setGlyph(QStringLiteral("shop"));
    auto* const hub = new Button(ButtonKind::secondary, tr("Buy through the &hub"), "practiceBuyHub");
    hub->setGlyph(QStringLiteral("network"));
    flow->addWidget(shop);
    flow->addWidget(hub);
    card->body()->addWidget(buttons);
    m_entry->layout()->addWidget(card);
    connect(shop, &Button::clicked, this, [this] { buy(false); });
    connect(hub, &Button::clicked, this, [this] { buy(true); });
}

void PayPage::buildProgress() {
    auto* const card = new Card("plain");
    card->setObjectName(QStringLiteral("payProgress"));
    m_progress = card;
    m_progress_title = (new Text("title"))->named("payProgressTitle");
    auto* const bar = new QProgressBar;
    bar->setObjectName(QStringLiteral("payProgressBar"));
    bar->setAccessibleName(tr("The payment is on its way"));
    bar->setRange(0, 0);
    bar->setTextVisible(false);
    m_progress_hint = new Text("muted");
    card->body()->addWidget(m_progress_title);
    card->body()->addWidget(bar);
    card->body()->addWidget(m_progress_hint);
    body()->addWidget(card);
}

void PayPage::buildResult() {
    auto* const card = new Card("plain");
    card->setObjectName(QStringLiteral("payResult"));
    m_result = card;
    m_result_glyph = new Glyph(QStringLiteral("good"), Ink::good, 44);
    m_result_title = (new Text("heading"))->named("payResultTitle");
    m_result_amount = new AmountLabel(Type::display, "payResultAmount");
    m_result_why = (new Text("lead"))->named("payResultWhy");
    m_result_try = (new Text("body"))->named("payResultTry");
    m_result_facts = new Facts;
    m_again = new Button(ButtonKind::primary, tr("&Done"), "payDone");
    card->body()->addWidget(m_result_glyph);
    for (QWidget* const part : std::initializer_list<QWidget*>{m_result_title, m_result_amount, m_result_why, m_result_try, m_result_facts}) {
        card->body()->addWidget(part);
    }
    card->body()->addSpacing(space::small);
    card->body()->addWidget(m_again, 0, Qt::AlignLeft);
    connect(m_again, &Button::clicked, this, &PayPage::again);
    body()->addWidget(card);
}

void PayPage::setText(const QString& text) {
    m_text->setPlainText(text.trimmed().left(longest_text));
    m_look_soon.stop();
    look();
}

void PayPage::openPicture() {
    auto* const dialog = new QFileDialog(this, tr("Open a picture with a QR code"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilter(tr("Pictures (*.png *.jpg *.jpeg *.gif *.bmp *.webp *.svg)"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        QImageReader reader(path);
        reader.setAutoTransform(true);
        const auto picture = reader.read();
        if (picture.isNull()) {
            m_problem->showProblem({tr("This picture cannot be read."), {}, tr("Try a PNG or JPEG picture.")});
            return;
        }
        readPicture(picture);
    });
    dialog->open();
}

void PayPage::readPicture(const QImage& picture) {
    QThreadPool::globalInstance()->start([picture, self = QPointer<QObject>(this), this] {
        const auto found = readQr(picture);
        hopTo(self, [this, found] {
            if (!found) {
                m_problem->showProblem({tr("There is no QR code in this picture."), {}, tr("Make sure that the whole code is in the picture and sharp.")});
                return;
            }
            setText(*found);
        });
    });
}

void PayPage::look() {
    const auto text = m_text->toPlainText().trimmed();
    const auto number = ++m_looking;
    m_looked.reset();
    m_preview->hide();
    m_text->setProperty("wrong", false);
    if (text.isEmpty()) {
        m_problem->hide();
        return;
    }
    m_wallet.bridge().inspect(text.left(longest_text).toStdString(), this, [this, number](const Result<api::Inspection, api::Problem>& looked) {
        if (number == m_looking) show(looked);
    });
}

void PayPage::show(const Result<api::Inspection, api::Problem>& looked) {
    if (!looked) {
        m_problem->showProblem(wordingOf(looked.error()));
        return;
    }
    m_looked = *looked;
    const bool choose = !looked->amount;
    const bool only_amount = looked->problem && looked->problem->kind == api::ProblemKind::amount_missing;
    if (looked->problem && !only_amount) {
        m_problem->showProblem(wordingOf(*looked->problem));
    } else {
        m_problem->hide();
    }
    m_amount->setVisible(!choose);
    m_amount_row->setVisible(choose);
    if (!choose) m_amount->setAmount(*looked->amount);
    m_amount_hint->setText(tr("You can send up to %1 now.").arg(satText(m_wallet.picture().balance.can_send)));
    m_facts->set(tr("To"), m_wallet.names().of(looked->payee));
    m_facts->set(tr("For"), tamed(looked->description));
    m_facts->set(tr("Expires"), whenText(looked->expires, m_wallet.now()));
    m_preview->show();
    updatePay();
    if (choose && !m_amount_edit->hasFocus()) m_amount_edit->setFocus();
}

void PayPage::updatePay() {
    if (!m_looked) return;
    const bool blocked = m_looked->problem && m_looked->problem->kind != api::ProblemKind::amount_missing;
    const auto amount = m_looked->amount ? m_looked->amount : m_amount_edit->amount() ? m_amount_edit->amount()->checked_msat() : std::nullopt;
    m_amount_edit->setWrong(!m_looked->amount && !m_amount_edit->isUsable());
    m_facts->set(tr("Fee"), amount && !blocked ? feeBefore(*m_looked, *amount) : QString());
    m_pay->setEnabled(!blocked && amount && !amount->is_zero());
    m_pay->setVisible(!blocked);
    QString action = tr("&Pay now");
    if (amount && !amount->is_zero()) action = tr("&Pay %1").arg(satText(*amount));
    m_pay->setText(action);
}

void PayPage::pay() {
    if (!m_looked || !m_pay->isEnabled()) return;
    api::Pay wish;
    wish.text = m_text->toPlainText().trimmed().toStdString();
    const auto amount = m_looked->amount ? *m_looked->amount : m_amount_edit->amount().value_or(Sat(0)).msat();
    if (!m_looked->amount) wish.amount = amount;
    wish.max_fee = api::usual_max_fee(amount);
    m_progress_title->setText(tr("Paying %1 to %2").arg(satText(amount), m_wallet.names().of(m_looked->payee)));
    m_progress_hint->setText(tr("This usually takes a moment. You can look at other pages meanwhile."));
    m_began = QDateTime::currentMSecsSinceEpoch();
    m_clock.start();
    m_entry->hide();
    m_progress->show();
    const auto hash = m_looked->payment_hash;
    m_wallet.bridge().post(wish, this, [this](const api::CommandResult& result) { ended(result); });
    m_wallet.bridge().touch(hash);
}

void PayPage::ended(const api::CommandResult& result) {
    m_clock.stop();
    m_progress->hide();
    m_result->show();
    m_result_facts->clear();
    m_result_amount->hide();
    if (!result) {
        showFailed(wordingOf(result.error()));
    } else if (const auto* const paid = std::get_if<api::Paid>(&*result)) {
        showPaid(*paid);
    } else {
        showOpenEnd();
    }
    m_result_why->setVisible(!m_result_why->text().isEmpty());
    m_result_try->setVisible(!m_result_try->text().isEmpty());
    if (isVisible()) m_again->setFocus();
}

void PayPage::showPaid(const api::Paid& paid) {
    m_result_glyph->set(QStringLiteral("good"), Ink::good);
    m_result_title->setText(tr("Paid"));
    m_result_amount->setAmount(paid.amount);
    m_result_amount->show();
    m_result_why->setText({});
    m_result_try->setText({});
    m_result_facts->set(tr("Fee"), feeText(paid.fee));
    m_result_facts->set(tr("Time taken"), durationText(paid.elapsed_ms));
    if (m_looked) {
        m_result_facts->set(tr("To"), m_wallet.names().of(m_looked->payee));
        m_result_facts->set(tr("For"), tamed(m_looked->description));
    }
    m_result_facts->setCopyable(tr("Proof of payment"), qs(paid.preimage.hex()), "payProof");
    m_again->setText(tr("&Done"));
    m_text->clear();
    emit said(tr("%1 paid.").arg(satText(paid.amount)));
}

void PayPage::showFailed(const Wording& wording) {
    m_result_glyph->set(QStringLiteral("failed"), Ink::bad);
    m_result_title->setText(wording.what);
    m_result_why->setText(wording.why);
    m_result_try->setText(wording.retry);
    m_again->setText(tr("&Back to the invoice"));
    m_wallet.bridge().touch(m_looked ? m_looked->payment_hash : PaymentHash{});
}

void PayPage::showOpenEnd() {
    m_result_glyph->set(QStringLiteral("busy"), Ink::accent);
    m_result_title->setText(tr("Still on its way"));
    m_result_why->setText(tr("The payment has left and no answer has come yet. It will either arrive or come back to you; it is not paid twice."));
    m_result_try->setText(tr("Activity shows how it ends."));
    m_again->setText(tr("&Done"));
    m_text->clear();
}

void PayPage::again() {
    m_progress->hide();
    m_result->hide();
    m_entry->show();
    m_look_soon.stop();
    look();
    if (isVisible()) m_text->setFocus();
}

void PayPage::buy(bool through_hub) {
    const auto amount = m_practice_amount->amount();
    if (!amount || amount->is_zero()) {
        m_practice_amount->setWrong(true);
        m_practice_amount->setFocus();
        return;
    }
    m_practice_amount->setWrong(false);
    m_wallet.practice()->invoice(amount->msat(), through_hub, this, [this](const Result<std::string, api::Problem>& invoice) {
        if (!invoice) {
            m_problem->showProblem(wordingOf(invoice.error()));
            return;
        }
        setText(QString::fromStdString(*invoice));
        ensureVisible(0, 0);
    });
}

}  // namespace runnel::ui
