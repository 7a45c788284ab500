/** Columns of FORM_0310_2021 (興味関心チェック情報), in the notation of ../column.ts. */
import { keys } from './keys.ts';

/** What a person may be interested in: its id in the columns, and its name. */
const interests: readonly (readonly [id: string, name: string])[] = [
  ['toilet', '自分でトイレへ行く'],
  ['bath', '一人でお風呂に入る'],
  ['clothes', '自分で服を着る'],
  ['eating', '自分で食べる'],
  ['brushing_teeth', '歯磨きをする'],
  ['appearance', '身だしなみを整える'],
  ['sleeping', '好きなときに眠る'],
  ['cleaning', '掃除・整理整頓'],
  ['cooking', '料理を作る'],
  ['shopping', '買い物'],
  ['gardening', '家や庭の手入れ・世話'],
  ['washing', '洗濯・洗濯物たたみ'],
  ['driving', '自転車・車の運転'],
  ['outgo', '電車・バスでの外出'],
  ['care_child', '孫・子供の世話'],
  ['care_pet', '動物の世話'],
  ['talking', '友達とおしゃべり・遊ぶ'],
  ['gathering_family', '家族・親戚との団らん'],
  ['going_date', 'デート・異性との交流'],
  ['go_drinking_spot', '居酒屋に行く'],
  ['volunteer', 'ボランティア'],
  ['community', '地域活動（町内会・老人クラブ）'],
  ['religion', 'お参り・宗教活動'],
  ['history', '生涯学習・歴史'],
  ['reading', '読書'],
  ['haiku', '俳句'],
  ['calligraphy', '書道・習字'],
  ['drawing', '絵を描く・絵手紙'],
  ['pc', 'パソコン・ワープロ'],
  ['picture', '写真'],
  ['movie', '映画・観劇・演奏会'],
  ['tea_flower', 'お茶・お花'],
  ['singing', '歌を歌う・カラオケ'],
  ['music', '音楽を聴く・楽器演奏'],
  ['game', '将棋・囲碁・麻雀・ゲーム等'],
  ['exercise', '体操･運動'],
  ['walking', '散歩'],
  ['sports', 'ゴルフ・グラウンドゴルフ・水泳・テニスなどのスポーツ'],
  ['dance', 'ダンス・踊り'],
  ['spectate', '野球・相撲等観戦'],
  ['gamble', '競馬・競輪・競艇・パチンコ'],
  ['knitting', '編み物'],
  ['sewing', '針仕事'],
  ['field', '畑仕事'],
  ['job', '賃金を伴う仕事'],
  ['traveling', '旅行・温泉'],
];

/** What is asked of each. */
const asked = (id: string): string => `${id}_interested code:life-answer-applies - 興味がある
${id}_want_to_try code:life-answer-applies - してみたい
${id}_doing code:life-answer-applies - している`;

const groups = interests.map(([id, name], i) => `# group-${i + 1} ${name}\n${asked(id)}`);

/** Interests that are told in words. */
const others = ['１', '２', '３', '４'].map(
  (wide, i) => `# group-${interests.length + i + 1} その他（${wide}）
other0${i + 1} text50 - その他（${i + 1}）内容
${asked(`other0${i + 1}`)}`,
);

export const form0310 = `
${keys}
record_staff_job_category code:life-job + 記録職員職種
implementation_date day * 作成日
${[...groups, ...others].join('\n')}
`;
